// The parts of gRPC that Spanhold uses, in place of gRPC's own list of all that it has.
//
// gRPC calls BuildCoreConfiguration() when it is initialised. Its own is an object file of libgrpc.a
// of which nothing else is needed, so it is left out of a program that brings this one, and with it all
// that only it refers to: xDS with its filters, policies and protocols, RLS, grpclb, ring_hash, outlier
// detection, fault injection. Of the stripped daemon's 16.4 MB that is 2.8 MB, of its 13.5 MB of memory
// at rest 1.6 MB.
//
// For gRPC 1.51 linked from its archive, see docs/decisions/static-linking.md: the names are gRPC's own
// and no part of its interface. Where a later gRPC has other ones, the link fails and says which.
#include <initializer_list>

namespace grpc_core {

// gRPC's, which is passed on and never looked into.
class CoreConfiguration {
 public:
  class Builder;
};

using Register = void(CoreConfiguration::Builder* builder);

Register BuildClientChannelConfiguration;
Register RegisterAresDnsResolver;
Register RegisterBuiltins;
Register RegisterChannelIdleFilters;
Register RegisterClientAuthorityFilter;
Register RegisterDeadlineFilter;
Register RegisterHttpConnectHandshaker;
Register RegisterHttpFilters;
Register RegisterHttpProxyMapper;
Register RegisterMessageSizeFilter;
Register RegisterNativeDnsResolver;
Register RegisterPickFirstLbPolicy;
Register RegisterResourceQuota;
Register RegisterRoundRobinLbPolicy;
Register RegisterSecurityFilters;
Register RegisterSockaddrResolver;
Register RegisterTCPConnectHandshaker;
Register SecurityRegisterHandshakerFactories;

}  // namespace grpc_core

namespace grpc_event_engine::experimental {

grpc_core::Register RegisterEventEngineChannelArgPreconditioning;

}  // namespace grpc_event_engine::experimental

namespace grpc_core {

Register BuildCoreConfiguration;

void BuildCoreConfiguration(CoreConfiguration::Builder* builder) {
  for (Register* const part : {
           // In gRPC's order, for it is the order of handshakers and of filters of the same rank.
           &grpc_event_engine::experimental::RegisterEventEngineChannelArgPreconditioning,
           &RegisterHttpConnectHandshaker,
           &RegisterTCPConnectHandshaker,
           &RegisterPickFirstLbPolicy,
           &RegisterRoundRobinLbPolicy,
           &BuildClientChannelConfiguration,
           &SecurityRegisterHandshakerFactories,
           &RegisterClientAuthorityFilter,
           &RegisterChannelIdleFilters,
           &RegisterHttpFilters,
           &RegisterDeadlineFilter,
           &RegisterMessageSizeFilter,
           &RegisterResourceQuota,
           &RegisterAresDnsResolver,
           &RegisterNativeDnsResolver,
           &RegisterSockaddrResolver,
           &RegisterHttpProxyMapper,
           &RegisterSecurityFilters,
           &RegisterBuiltins,
       }) {
    part(builder);
  }
}

}  // namespace grpc_core

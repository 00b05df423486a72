#include "src/config/component_type.h"

#include <gmock/gmock.h>

#include "tests/config/fake_components.h"

namespace spanhold::config {
namespace {

TEST(ComponentTypeTest, IsFoundByEachOfItsNames) {
  const ComponentType* type = FindType(FakeTypes(), ComponentKind::kExporter, "otlp_grpc");

  ASSERT_NE(type, nullptr);
  EXPECT_EQ(FindType(FakeTypes(), ComponentKind::kExporter, "otlp"), type);
  EXPECT_NE(FindType(FakeTypes(), ComponentKind::kReceiver, "otlp"), type);
  EXPECT_EQ(FindType(FakeTypes(), ComponentKind::kProcessor, "otlp"), nullptr);
}

TEST(ComponentTypeTest, UnknownNamesAreExplained) {
  const auto explain = [](ComponentKind kind, std::string_view name) {
    return ExplainUnknownType(FakeTypes(), kind, name);
  };

  EXPECT_EQ(explain(ComponentKind::kProcessor, "bach"),
            "unknown processor; did you mean \"batch\"?");
  EXPECT_EQ(explain(ComponentKind::kExporter, "foo"),
            "unknown exporter; known are otlp_grpc, debug");
  EXPECT_EQ(explain(ComponentKind::kReceiver, "zipkin"),
            "Spanhold has no receiver \"zipkin\"; let the services send OTLP");
  EXPECT_EQ(explain(ComponentKind::kProcessor, "tail_sampling"),
            "Spanhold has no processor \"tail_sampling\"; sample with probabilistic_sampler, which "
            "keeps or drops whole traces");
  EXPECT_EQ(explain(ComponentKind::kExtension, "zpages"),
            "Spanhold has no extension \"zpages\"; remove it; `spanhold status` and /metrics show "
            "what the daemon does");
}

}  // namespace
}  // namespace spanhold::config

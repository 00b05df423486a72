// What every component keeps to: the sentences of src/pipeline/component.h, exporter.h, processor.h
// and admission.h, over the whole component table.

#include <map>
#include <ostream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "src/app/components.h"
#include "src/config/inventory.h"
#include "tests/support/make_batch.h"
#include "tests/support/read_config.h"
#include "tests/support/sink_consumer.h"
#include "tests/support/status_is.h"

namespace spanhold::app {

// For gtest, which would print its bytes.
void PrintTo(const ComponentFactory& factory, std::ostream* out) {
  *out << factory.type.names.front();
}

namespace {

using config::ComponentKind;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

// The least that a component has to be told, by type.
std::string MinimalYaml(const std::string& type) {
  static const std::map<std::string, std::string> kYaml = {
      {"otlp",
       R"({protocols: {grpc: {endpoint: "localhost:0"}, http: {endpoint: "localhost:0"}}})"},
      {"probabilistic_sampler", "{sampling_percentage: 50}"},
      {"memory_limiter", "{check_interval: 1s, limit_mib: 100}"},
      {"otlp_grpc", R"({endpoint: "localhost:1", tls: {insecure: true}})"},
      {"otlp_http", R"({endpoint: "http://localhost:1"})"},
      {"jaeger", R"({endpoint: "http://localhost:1/api/traces"})"},
      {"file", "{path: /dev/null}"},
      {"debug", "{output_paths: [/dev/null]}"},
      {"health_check", R"({endpoint: "localhost:0"})"},
  };
  const auto found = kYaml.find(type);
  return found == kYaml.end() ? "{}" : found->second;
}

class ContractTest : public testing::TestWithParam<ComponentFactory> {
 protected:
  ContractTest() {
    loop_.Start();
    grpc_loop_.Start();
  }
  ~ContractTest() override {
    grpc_loop_.Stop();
    loop_.Stop();
  }

  const std::string& type() const { return GetParam().type.names.front(); }
  Deadline Now() const { return clock_.Now(); }

  std::unique_ptr<config::ComponentConfig> MakeConfig() {
    auto config = GetParam().type.make_config();
    EXPECT_THAT(ReadConfig(MinimalYaml(type()), "it", *config), IsEmpty());
    return config;
  }

  SystemClock clock_;
  Random random_{1};
  MemoryBudget budget_{64 << 20};
  Telemetry telemetry_;
  Ledger ledger_{telemetry_, clock_};
  net::EventLoop loop_{"test", 1};
  rpc::GrpcLoop grpc_loop_{clock_};
  Parts parts_{clock_, random_, budget_, telemetry_, ledger_, loop_, loop_, loop_, grpc_loop_};
};

std::string NameOf(const testing::TestParamInfo<ComponentFactory>& info) {
  return std::string(config::KindName(info.param.type.kind)) + "_" + info.param.type.names.front();
}

std::vector<ComponentFactory> Of(ComponentKind kind) {
  std::vector<ComponentFactory> factories;
  for (const ComponentFactory& factory : Components()) {
    if (factory.type.kind == kind &&
        (kind != ComponentKind::kProcessor || factory.make_processor)) {
      factories.push_back(factory);
    }
  }
  return factories;
}

// --- configuration -----------------------------------------------------------------------------

class ConfigContractTest : public ContractTest {};

TEST_P(ConfigContractTest, RefusesAnUnknownKeyWithItsPath) {
  auto config = GetParam().type.make_config();

  EXPECT_THAT(ReadConfig("{no_such_key_anywhere: 1}", "it", *config),
              Contains(HasSubstr("it.no_such_key_anywhere")));
}

TEST_P(ConfigContractTest, ExplainsEveryKey) {
  config::Inventory inventory;
  GetParam().type.make_config()->Describe(inventory);

  for (const config::InventoryEntry& entry : inventory.entries()) {
    EXPECT_FALSE(entry.help.empty() && entry.refused.empty()) << entry.path;
  }
  EXPECT_FALSE(GetParam().type.help.empty());
}

TEST_P(ConfigContractTest, ReadsTheLeastItHasToBeTold) {
  MakeConfig();
}

INSTANTIATE_TEST_SUITE_P(Components, ConfigContractTest, testing::ValuesIn(Components()), NameOf);

// --- exporters ---------------------------------------------------------------------------------

class ExporterContractTest : public ContractTest {
 protected:
  std::unique_ptr<Exporter> Make() {
    config_ = MakeConfig();
    return GetParam().make_exporter(type(), *config_, parts_);
  }

  std::unique_ptr<config::ComponentConfig> config_;
  LaneAccount& lane_ = (ledger_.AddPipeline("traces", {"it"}), ledger_.lane(0));
};

TEST_P(ExporterContractTest, ShutdownIsSafeWithoutStartAndTwice) {
  const auto exporter = Make();

  EXPECT_THAT(exporter->Shutdown(Now()), IsOk());
  EXPECT_THAT(exporter->Shutdown(Now()), IsOk());
}

TEST_P(ExporterContractTest, CountsWhatComesBeforeStartAsDropped) {
  const auto exporter = Make();

  exporter->Consume(MakeBatch(NumberedSpans(2), ledger_), lane_);

  EXPECT_EQ(lane_.dropped(DropReason::kShutdown), 2U);
  EXPECT_THAT(exporter->Shutdown(Now()), IsOk());
}

TEST_P(ExporterContractTest, CountsWhatComesAfterShutdownAsDropped) {
  const auto exporter = Make();
  ASSERT_THAT(exporter->Start(), IsOk());
  ASSERT_THAT(exporter->Shutdown(Now()), IsOk());

  exporter->Consume(MakeBatch(NumberedSpans(2), ledger_), lane_);

  EXPECT_EQ(lane_.dropped(DropReason::kShutdown), 2U);
}

TEST_P(ExporterContractTest, SettlesEverythingUntilTheDeadlineOfShutdown) {
  const auto exporter = Make();
  ASSERT_THAT(exporter->Start(), IsOk());
  exporter->Consume(MakeBatch(NumberedSpans(3), ledger_), lane_);

  ASSERT_THAT(exporter->Shutdown(Now() + std::chrono::milliseconds(100)), IsOk());

  EXPECT_EQ(lane_.sent() + lane_.rejected() + lane_.dropped(DropReason::kShutdown), 3U);
  EXPECT_EQ(lane_.dropped(DropReason::kInternal), 0U);
  EXPECT_EQ(exporter->HeldSpans(lane_), 0U);
}

INSTANTIATE_TEST_SUITE_P(Components, ExporterContractTest,
                         testing::ValuesIn(Of(ComponentKind::kExporter)), NameOf);

// --- processors --------------------------------------------------------------------------------

class ProcessorContractTest : public ContractTest {
 protected:
  std::unique_ptr<Processor> Make() {
    config_ = MakeConfig();
    return GetParam().make_processor(type(), *config_, next_, account_, timers_, parts_);
  }

  std::unique_ptr<config::ComponentConfig> config_;
  TimerQueue timers_;
  SinkConsumer next_;
  PipelineAccount& account_ = ledger_.AddPipeline("traces", {"it"});
};

TEST_P(ProcessorContractTest, ShutdownIsSafeWithoutStartAndTwice) {
  const auto processor = Make();

  EXPECT_THAT(processor->Shutdown(Now()), IsOk());
  EXPECT_THAT(processor->Shutdown(Now()), IsOk());
}

TEST_P(ProcessorContractTest, HoldsNothingAfterShutdown) {
  const auto processor = Make();
  ASSERT_THAT(processor->Start(), IsOk());
  processor->Consume(MakeBatch(NumberedSpans(20), ledger_));

  ASSERT_THAT(processor->Shutdown(Now()), IsOk());

  uint64_t handed_on = 0;
  for (TraceBatch& batch : next_.batches) {
    handed_on += batch.span_count();
    ledger_.lane(0).Sent(batch);
  }
  next_.batches.clear();
  EXPECT_EQ(handed_on + account_.sampled_out(), 20U);
  EXPECT_EQ(processor->HeldSpans(), 0U);
  EXPECT_EQ(ledger_.lane(0).dropped(DropReason::kInternal), 0U);
}

INSTANTIATE_TEST_SUITE_P(Components, ProcessorContractTest,
                         testing::ValuesIn(Of(ComponentKind::kProcessor)), NameOf);

// --- receivers ---------------------------------------------------------------------------------

class RefusingAdmission final : public Admission {
 public:
  void Admit(otlp::ChunkPtr chunk, ReceiverAccount& account, Done done) override {
    account.Refused(chunk->spans.size());
    done(WithRetryAfter(absl::UnavailableError("test"), std::chrono::seconds(1)));
  }
};

class ReceiverContractTest : public ContractTest {
 protected:
  std::unique_ptr<Component> Make() {
    config_ = MakeConfig();
    return GetParam().make_receiver(type(), *config_, admission_, parts_);
  }

  std::unique_ptr<config::ComponentConfig> config_;
  RefusingAdmission admission_;
};

TEST_P(ReceiverContractTest, ShutdownIsSafeWithoutStartAndTwice) {
  const auto receiver = Make();

  EXPECT_THAT(receiver->Shutdown(Now()), IsOk());
  EXPECT_THAT(receiver->Shutdown(Now()), IsOk());
}

TEST_P(ReceiverContractTest, StartsAndEndsAtOnce) {
  const auto receiver = Make();

  ASSERT_THAT(receiver->Start(), IsOk());

  EXPECT_THAT(receiver->Shutdown(Now() + std::chrono::seconds(10)), IsOk());
}

INSTANTIATE_TEST_SUITE_P(Components, ReceiverContractTest,
                         testing::ValuesIn(Of(ComponentKind::kReceiver)), NameOf);

}  // namespace
}  // namespace spanhold::app

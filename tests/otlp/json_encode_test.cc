#include "src/otlp/json_encode.h"

#include <simdjson.h>

#include <map>
#include <string>

#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "src/otlp/decode.h"
#include "src/otlp/json_text.h"
#include "src/otlp/json_writer.h"
#include "tests/otlp/random_request.h"
#include "tests/otlp/wire_build.h"
#include "tests/support/make_batch.h"

namespace spanhold::otlp {
namespace {

std::string Json(const std::string& request) {
  const TraceBatch batch = TraceBatch::Whole(*Decode(Bytes::Copy(request, TestBudget())), nullptr);
  return std::string(EncodeJson(batch, TestBudget()).view());
}

// The JSON of a span with these fields.
std::string SpanJson(const std::string& span) {
  const std::string before = R"({"resourceSpans":[{"scopeSpans":[{"spans":[)";
  const std::string after = "]}]}]}";
  const std::string json = Json(RequestWithSpan(span));
  EXPECT_TRUE(json.starts_with(before) && json.ends_with(after)) << json;
  return json.substr(before.size(), json.size() - before.size() - after.size());
}

// The JSON of an attribute's AnyValue.
std::string ValueJson(const std::string& value) {
  const std::string before = R"({"attributes":[{"key":"k","value":)";
  const std::string json = SpanJson(Field(9, Field(1, "k") + Field(2, value)));
  return json.substr(before.size(), json.size() - before.size() - 3);
}

std::string PlainJson(const std::string& value) {
  std::string out;
  AppendAnyValueJson(out, AnyValueView(value));
  return out;
}

const std::string kList = Join({Field(1, Field(1, "a\n")), Field(1, VarintField(3, ~uint64_t{0})),
                                Field(1, DoubleField(4, 0.5)), Field(1, VarintField(2, 1)),
                                Field(1, Field(7, "\xFF")), Field(1, "")});

TEST(EncodeJsonTest, WritesEveryFieldOfASpan) {
  const std::string span = Join(
      {Field(1, std::string(16, '\xAB')), Field(2, std::string(8, '\x01')), Field(3, "k=v"),
       Field(4, std::string(8, '\x02')), Field(5, "name"), VarintField(6, 2),
       Fixed64Field(7, 1704067200123456789U), Fixed64Field(8, ~uint64_t{0}),
       Field(9, StringAttribute("a", "b")), VarintField(10, 1),
       Field(11, Fixed64Field(1, 5) + Field(2, "event") + Field(3, StringAttribute("c", "d")) +
                     VarintField(4, 2)),
       VarintField(12, 3),
       Field(13, Field(1, std::string(16, '\xCD')) + Field(2, std::string(8, '\x03')) +
                     Field(3, "l=m") + Field(4, StringAttribute("e", "f")) + VarintField(5, 4) +
                     Fixed32Field(6, 769)),
       VarintField(14, 5), Field(15, Field(2, "oops") + VarintField(3, 2)), Fixed32Field(16, 257)});

  EXPECT_EQ(
      SpanJson(span),
      R"({"traceId":"abababababababababababababababab","spanId":"0101010101010101",)"
      R"("traceState":"k=v","parentSpanId":"0202020202020202","name":"name","kind":2,)"
      R"("startTimeUnixNano":"1704067200123456789","endTimeUnixNano":"18446744073709551615",)"
      R"("attributes":[{"key":"a","value":{"stringValue":"b"}}],"droppedAttributesCount":1,)"
      R"("events":[{"timeUnixNano":"5","name":"event",)"
      R"("attributes":[{"key":"c","value":{"stringValue":"d"}}],"droppedAttributesCount":2}],)"
      R"("droppedEventsCount":3,)"
      R"("links":[{"traceId":"cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd","spanId":"0303030303030303",)"
      R"("traceState":"l=m","attributes":[{"key":"e","value":{"stringValue":"f"}}],)"
      R"("droppedAttributesCount":4,"flags":769}],"droppedLinksCount":5,)"
      R"("status":{"message":"oops","code":2},"flags":257})");
}

TEST(EncodeJsonTest, WritesEveryAttributeType) {
  EXPECT_EQ(ValueJson(""), "{}");
  EXPECT_EQ(ValueJson(Field(1, "a\"b")), R"({"stringValue":"a\"b"})");
  EXPECT_EQ(ValueJson(VarintField(2, 0)), R"({"boolValue":false})");
  EXPECT_EQ(ValueJson(VarintField(3, ~uint64_t{0})), R"({"intValue":"-1"})");
  EXPECT_EQ(ValueJson(DoubleField(4, 1.5)), R"({"doubleValue":1.5})");
  EXPECT_EQ(ValueJson(DoubleField(4, std::numeric_limits<double>::quiet_NaN())),
            R"({"doubleValue":"NaN"})");
  EXPECT_EQ(ValueJson(Field(5, "")), R"({"arrayValue":{}})");
  EXPECT_EQ(ValueJson(Field(5, Field(1, Field(1, "a")) + Field(1, ""))),
            R"({"arrayValue":{"values":[{"stringValue":"a"},{}]}})");
  EXPECT_EQ(ValueJson(Field(6, Field(1, StringAttribute("k", "v")))),
            R"({"kvlistValue":{"values":[{"key":"k","value":{"stringValue":"v"}}]}})");
  EXPECT_EQ(ValueJson(Field(7, "\xFF")), R"({"bytesValue":"/w=="})");
}

TEST(EncodeJsonTest, LeavesOutDefaultsAndUnknownFields) {
  EXPECT_EQ(SpanJson(Join({Field(1, ""), Field(5, ""), VarintField(6, 0), Fixed64Field(7, 0),
                           VarintField(10, uint64_t{1} << 32U), Fixed32Field(16, 0),
                           Field(99, "unknown")})),
            "{}");
  EXPECT_EQ(SpanJson(Field(15, "")), R"({"status":{}})");
}

TEST(EncodeJsonTest, EnumsWithoutANameAreNumbersToo) {
  EXPECT_EQ(SpanJson(VarintField(6, 77)), R"({"kind":77})");
  EXPECT_EQ(SpanJson(VarintField(6, ~uint64_t{0})), R"({"kind":-1})");
}

TEST(EncodeJsonTest, GroupsAsTheWireEncoderDoes) {
  const auto request = [](const std::string& scope, const std::string& span) {
    return Field(1, Field(1, Field(1, StringAttribute("service.name", "s"))) +
                        Field(2, Field(1, Field(1, scope)) + Field(2, Field(5, span)) +
                                     Field(3, "scope-url")) +
                        Field(3, "url"));
  };

  EXPECT_EQ(Json(request("a", "1") + request("b", "2") + request("a", "3")),
            R"({"resourceSpans":[{"resource":{"attributes":[{"key":"service.name",)"
            R"("value":{"stringValue":"s"}}]},"schemaUrl":"url","scopeSpans":[)"
            R"({"scope":{"name":"a"},"schemaUrl":"scope-url","spans":[{"name":"1"},{"name":"3"}]},)"
            R"({"scope":{"name":"b"},"schemaUrl":"scope-url","spans":[{"name":"2"}]}]}]})");
}

TEST(EncodeJsonTest, MessagesInPiecesAreMerged) {
  const auto piece = [](const std::string& key) {
    return Field(1, Field(1, StringAttribute(key, "v")));
  };

  EXPECT_EQ(
      Json(
          Field(1, piece("a") +
                       Field(2, Field(2, Field(15, Field(2, "m")) + Field(15, VarintField(3, 1)))) +
                       piece("b"))),
      R"({"resourceSpans":[{"resource":{"attributes":[{"key":"a","value":{"stringValue":"v"}},)"
      R"({"key":"b","value":{"stringValue":"v"}}]},"scopeSpans":[{"spans":[)"
      R"({"status":{"message":"m","code":1}}]}]}]})");
}

TEST(EncodeJsonTest, FieldsAreInOrderOfNumbersWhateverTheirOrderOnTheWire) {
  EXPECT_EQ(SpanJson(Join({Field(13, Field(3, "1")), Field(9, StringAttribute("a", "1")),
                           Field(11, Field(2, "1")), Fixed32Field(16, 1), Field(5, "first"),
                           Field(9, StringAttribute("b", "2")), Field(13, Field(3, "2")),
                           Field(5, "last"), Field(99, "unknown"), Field(11, Field(2, "2"))})),
            R"({"name":"last","attributes":[{"key":"a","value":{"stringValue":"1"}},)"
            R"({"key":"b","value":{"stringValue":"2"}}],"events":[{"name":"1"},{"name":"2"}],)"
            R"("links":[{"traceState":"1"},{"traceState":"2"}],"flags":1})");
}

TEST(EncodeJsonTest, UnknownFieldsDoNotCutAList) {
  EXPECT_EQ(SpanJson(Join({Field(9, StringAttribute("a", "1")), Field(99, "unknown"),
                           Field(9, StringAttribute("b", "2"))})),
            R"({"attributes":[{"key":"a","value":{"stringValue":"1"}},)"
            R"({"key":"b","value":{"stringValue":"2"}}]})");
}

// Which may be the default, and is left out then.
// Written twice at each level, this would take years.
TEST(EncodeJsonTest, DeepMessagesOutOfOrderAreWrittenOnce) {
  std::string value = Field(1, "x");
  std::string expected = R"({"stringValue":"x"})";
  for (int level = 0; level < 45; ++level) {
    value = Field(5, Join({Field(1, value), Field(9, "unknown"), Field(1, "")}));
    expected = R"({"arrayValue":{"values":[)" + expected + ",{}]}}";
  }

  EXPECT_EQ(ValueJson(value), expected);
}

TEST(EncodeJsonTest, TheLastValueOfAFieldCounts) {
  EXPECT_EQ(SpanJson(Join({Field(5, "a"), VarintField(6, 2), Field(5, "b"), VarintField(6, 0)})),
            R"({"name":"b"})");
}

TEST(EncodeJsonTest, TheListsOfAMessageInPiecesAreOne) {
  const auto piece = [](const std::string& key) {
    return Field(1, Field(1, StringAttribute(key, "v")));
  };
  const auto json = [](const std::string& key) {
    return R"({"key":")" + key + R"(","value":{"stringValue":"v"}})";
  };

  EXPECT_EQ(Json(Field(1, Join({piece("a"), Field(1, VarintField(2, 7)), piece("b"),
                                Field(2, Field(2, "")), piece("c")}))),
            R"({"resourceSpans":[{"resource":{"attributes":[)" + json("a") + "," + json("b") + "," +
                json("c") + R"(],"droppedAttributesCount":7},)" +
                R"("scopeSpans":[{"spans":[{}]}]}]})");
}

TEST(EncodeJsonTest, AnEmptyBatchIsAnEmptyList) {
  EXPECT_EQ(EncodeJson(TraceBatch(), TestBudget()).view(), R"({"resourceSpans":[]})");
}

TEST(EncodeJsonTest, IsOneLine) {
  const std::string json = SpanJson(Field(5, "two\nlines"));

  EXPECT_EQ(json.find('\n'), std::string::npos);
}

TEST(EncodeJsonTest, ALineIsTheSameWithItsEnd) {
  const TraceBatch batch = TraceBatch::Whole(MakeChunk(NumberedSpans(2)), nullptr);

  EXPECT_EQ(EncodeJsonLine(batch, TestBudget()).view(),
            std::string(EncodeJson(batch, TestBudget()).view()) + '\n');
}

TEST(EncodeJsonTest, ChargesTheBudgetPastItsLimit) {
  const TraceBatch batch = TraceBatch::Whole(MakeChunk(NumberedSpans(100)), nullptr);
  MemoryBudget budget(1);

  const Bytes json = EncodeJson(batch, budget);

  EXPECT_GE(budget.used(), json.size());
}

TEST(AppendAnyValueJsonTest, WritesPlainJson) {
  EXPECT_EQ(PlainJson(""), "null");
  EXPECT_EQ(PlainJson(Field(1, "a\"b")), R"("a\"b")");
  EXPECT_EQ(PlainJson(VarintField(2, 1)), "true");
  EXPECT_EQ(PlainJson(VarintField(3, 7)), "7");
  EXPECT_EQ(PlainJson(DoubleField(4, 1.5)), "1.5");
  EXPECT_EQ(PlainJson(Field(5, kList)), R"(["a\n",-1,0.5,true,"/w==",null])");
  EXPECT_EQ(PlainJson(Field(5, "")), "[]");
  EXPECT_EQ(PlainJson(Field(6, Field(1, Field(1, "z") + Field(2, Field(5, kList))) +
                                   Field(1, StringAttribute("a\"", "v")))),
            R"({"z":["a\n",-1,0.5,true,"/w==",null],"a\"":"v"})");
  EXPECT_EQ(PlainJson(Field(6, "")), "{}");
}

// JSON in a form that two documents of the same content share: keys sorted, numbers as doubles, and,
// where `ids_in_base64`, ids as OTLP writes them.
class Canonical {
 public:
  explicit Canonical(bool ids_in_base64) : ids_in_base64_(ids_in_base64) {}

  std::string operator()(const std::string& json) {
    simdjson::dom::parser parser;
    return Text("", parser.parse(json));
  }

 private:
  std::string Text(std::string_view key, simdjson::dom::element element) {
    std::string out;
    switch (element.type()) {
      case simdjson::dom::element_type::OBJECT: {
        std::map<std::string, std::string> members;
        for (const auto member : simdjson::dom::object(element)) {
          members[std::string(member.key)] = Text(member.key, member.value);
        }
        // protobuf leaves out what an attribute lacks, OTLP's writers do not.
        if (members.contains("value") && members.at("value") == "{}") {
          members.erase("value");
        }
        if (members.contains("key") && members.at("key") == "\"\"") {
          members.erase("key");
        }
        out = "{";
        for (const auto& [name, value] : members) {
          out += name + ":" + value + ",";
        }
        return out == "{" ? "{}" : out + "}";
      }
      case simdjson::dom::element_type::ARRAY:
        for (const simdjson::dom::element item : simdjson::dom::array(element)) {
          out += Text("", item) + ",";
        }
        return "[" + out + "]";
      case simdjson::dom::element_type::STRING:
        return '"' + Id(key, std::string(std::string_view(element))) + '"';
      case simdjson::dom::element_type::BOOL:
        return bool(element) ? "true" : "false";
      case simdjson::dom::element_type::NULL_VALUE:
        return "null";
      default: {
        double number = 0;
        EXPECT_EQ(element.get(number), simdjson::SUCCESS);
        JsonWriter writer(Reservation(), TestBudget());
        writer.WriteDouble(number);
        return std::string(writer.text());
      }
    }
  }

  std::string Id(std::string_view key, const std::string& text) const {
    if (!ids_in_base64_ || (key != "traceId" && key != "spanId" && key != "parentSpanId")) {
      return text;
    }
    std::string bytes;
    EXPECT_TRUE(AppendFromBase64(bytes, text));
    JsonWriter hex(Reservation(), TestBudget());
    hex.WriteHex(bytes);
    return std::string(hex.text());
  }

  const bool ids_in_base64_;
};

// Each span alone, so that grouping changes nothing.
TEST(EncodeJsonTest, SaysWhatProtobufsOwnPrinterSays) {
  RandomRequests random(1);
  for (int i = 0; i < 100; ++i) {
    const pb_collector::ExportTraceServiceRequest requests = random.Next();
    for (const auto& resource_spans : requests.resource_spans()) {
      if (resource_spans.scope_spans().empty() || resource_spans.scope_spans(0).spans().empty()) {
        continue;
      }
      pb_collector::ExportTraceServiceRequest request;
      auto& single = *request.add_resource_spans();
      single = resource_spans;
      single.mutable_scope_spans()->DeleteSubrange(1, single.scope_spans_size() - 1);
      auto& spans = *single.mutable_scope_spans(0)->mutable_spans();
      spans.DeleteSubrange(1, spans.size() - 1);
      std::string expected;
      google::protobuf::util::JsonPrintOptions options;
      options.always_print_enums_as_ints = true;
      ASSERT_TRUE(google::protobuf::util::MessageToJsonString(request, &expected, options).ok());

      EXPECT_EQ(Canonical(false)(Json(request.SerializeAsString())), Canonical(true)(expected));
    }
  }
}

}  // namespace
}  // namespace spanhold::otlp

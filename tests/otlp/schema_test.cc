#include "src/otlp/schema.h"

#include <map>
#include <string>

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>
#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

namespace spanhold::otlp {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

const std::map<MessageId, std::string> kMessages = {
    {MessageId::kRequest, "collector.trace.v1.ExportTraceServiceRequest"},
    {MessageId::kResourceSpans, "trace.v1.ResourceSpans"},
    {MessageId::kResource, "resource.v1.Resource"},
    {MessageId::kEntityRef, "common.v1.EntityRef"},
    {MessageId::kScopeSpans, "trace.v1.ScopeSpans"},
    {MessageId::kScope, "common.v1.InstrumentationScope"},
    {MessageId::kSpan, "trace.v1.Span"},
    {MessageId::kEvent, "trace.v1.Span.Event"},
    {MessageId::kLink, "trace.v1.Span.Link"},
    {MessageId::kStatus, "trace.v1.Status"},
    {MessageId::kKeyValue, "common.v1.KeyValue"},
    {MessageId::kAnyValue, "common.v1.AnyValue"},
    {MessageId::kArrayValue, "common.v1.ArrayValue"},
    {MessageId::kKeyValueList, "common.v1.KeyValueList"},
};

std::string FullName(MessageId id) {
  return "opentelemetry.proto." + kMessages.at(id);
}

const Descriptor& DescriptorOf(MessageId id) {
  // Links the generated code in.
  opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest::descriptor();
  return *google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(FullName(id));
}

FieldDescriptor::Type ProtobufType(FieldType type) {
  switch (type) {
    case FieldType::kMessage:
      return FieldDescriptor::TYPE_MESSAGE;
    case FieldType::kString:
      return FieldDescriptor::TYPE_STRING;
    case FieldType::kBytes:
    case FieldType::kTraceId:
    case FieldType::kSpanId:
      return FieldDescriptor::TYPE_BYTES;
    case FieldType::kBool:
      return FieldDescriptor::TYPE_BOOL;
    case FieldType::kInt64:
      return FieldDescriptor::TYPE_INT64;
    case FieldType::kUint32:
      return FieldDescriptor::TYPE_UINT32;
    case FieldType::kSpanKind:
    case FieldType::kStatusCode:
      return FieldDescriptor::TYPE_ENUM;
    case FieldType::kFixed64:
      return FieldDescriptor::TYPE_FIXED64;
    case FieldType::kFixed32:
      return FieldDescriptor::TYPE_FIXED32;
    case FieldType::kDouble:
      return FieldDescriptor::TYPE_DOUBLE;
    case FieldType::kUnknown:
      break;
  }
  return FieldDescriptor::TYPE_GROUP;
}

TEST(SchemaTest, IsThatOfTheProtoFiles) {
  ASSERT_EQ(kMessages.size(), kMessageCount);
  for (const auto& [id, name] : kMessages) {
    SCOPED_TRACE(name);
    const Descriptor& message = DescriptorOf(id);
    int fields = 0;
    for (uint32_t number = 1; number <= kMaxFieldNumber; ++number) {
      const Field& field = FieldOf(id, number);
      if (field.type == FieldType::kUnknown) {
        continue;
      }
      ++fields;
      const FieldDescriptor* expected = message.FindFieldByNumber(static_cast<int>(number));
      ASSERT_NE(expected, nullptr) << number;
      EXPECT_EQ(field.name, expected->name());
      EXPECT_EQ(field.json_name.view(), expected->json_name());
      EXPECT_EQ(field.json_name.as_key(), '"' + expected->json_name() + "\":");
      EXPECT_EQ(field.repeated, expected->is_repeated());
      EXPECT_EQ(ProtobufType(field.type), expected->type());
      if (field.type == FieldType::kMessage) {
        EXPECT_EQ(FullName(field.message), expected->message_type()->full_name());
      }
    }
    EXPECT_EQ(fields, message.field_count());
  }
}

TEST(SchemaTest, NumbersWithoutAFieldAreUnknown) {
  EXPECT_EQ(FieldOf(MessageId::kStatus, 1).type, FieldType::kUnknown);
  EXPECT_EQ(FieldOf(MessageId::kSpan, 17).type, FieldType::kUnknown);
  EXPECT_EQ(FieldOf(MessageId::kSpan, 0x1FFFFFFF).type, FieldType::kUnknown);
}

}  // namespace
}  // namespace spanhold::otlp

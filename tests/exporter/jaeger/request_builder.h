#pragma once

#include <string>

#include <opentelemetry/proto/collector/trace/v1/trace_service.pb.h>

#include "src/core/check.h"
#include "src/otlp/decode.h"
#include "src/otlp/trace_batch.h"
#include "tests/support/make_batch.h"

namespace spanhold::jaeger {

using OtlpRequest = opentelemetry::proto::collector::trace::v1::ExportTraceServiceRequest;
using OtlpSpan = opentelemetry::proto::trace::v1::Span;
using OtlpStatus = opentelemetry::proto::trace::v1::Status;
using OtlpValue = opentelemetry::proto::common::v1::AnyValue;

// All spans of `request`, unsettled.
inline otlp::TraceBatch BatchOf(const OtlpRequest& request) {
  auto chunk = otlp::Decode(Bytes::Copy(request.SerializeAsString(), TestBudget()));
  SPANHOLD_CHECK(chunk.ok());
  return otlp::TraceBatch::Whole(*std::move(chunk), nullptr);
}

// The value of a new attribute `key` of a message with attributes.
template <typename Message>
OtlpValue& Attribute(Message& message, const std::string& key) {
  auto& attribute = *message.add_attributes();
  attribute.set_key(key);
  return *attribute.mutable_value();
}

}  // namespace spanhold::jaeger

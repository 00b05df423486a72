#include "src/otlp/rpc_messages.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include <absl/functional/function_ref.h>
#include <protozero/pbf_writer.hpp>

#include "src/otlp/json_reader.h"
#include "src/otlp/utf8.h"
#include "src/otlp/wire.h"

namespace spanhold::otlp {
namespace {

constexpr char kRetryInfoUrl[] = "type.googleapis.com/google.rpc.RetryInfo";
// A server may ask for any delay; one that is longer counts as this one.
constexpr int64_t kLongestDelaySeconds = int64_t{24} * 60 * 60;

constexpr uint32_t Text(uint32_t number) {
  return MakeTag(number, WireType::kBytes);
}
constexpr uint32_t Number(uint32_t number) {
  return MakeTag(number, WireType::kVarint);
}

using Field = absl::FunctionRef<bool(uint32_t tag, uint64_t number, std::string_view bytes)>;

// Calls `field` for each field, with its value if that is a varint or length-delimited. False when
// `wire` is malformed, or as soon as `field` says false.
//
// One function for all messages: with more users of WireCursor the compiler inlines less of it where
// it matters, in Decode().
bool ForEachField(std::string_view wire, Field field) {
  WireCursor cursor(wire);
  while (!cursor.done()) {
    uint32_t tag = 0;
    uint64_t number = 0;
    std::string_view bytes;
    if (!cursor.ReadTag(tag)) {
      return false;
    }
    const WireType type = WireTypeOf(tag);
    const bool read = type == WireType::kVarint  ? cursor.ReadVarint(number)
                      : type == WireType::kBytes ? cursor.ReadBytes(bytes)
                                                 : cursor.Skip(type);
    if (!read || !field(tag, number, bytes)) {
      return false;
    }
  }
  return true;
}

bool ReadText(std::string_view bytes, std::string& text) {
  text = bytes;
  return IsUtf8(bytes);
}

// google.protobuf.Duration.
struct Delay {
  int64_t seconds = 0;
  int32_t nanos = 0;

  bool Merge(std::string_view wire) {
    return ForEachField(wire, [this](uint32_t tag, uint64_t number, std::string_view /*bytes*/) {
      if (tag == Number(1)) {
        seconds = static_cast<int64_t>(number);
      } else if (tag == Number(2)) {
        nanos = static_cast<int32_t>(number);
      }
      return true;
    });
  }
  Duration Clamped() const {
    return std::chrono::seconds(std::clamp<int64_t>(seconds, 0, kLongestDelaySeconds)) +
           std::chrono::nanoseconds(std::clamp(nanos, 0, 999'999'999));
  }
};

// A google.protobuf.Any that holds a RetryInfo: the bytes of that.
bool ReadDetail(std::string_view wire, std::optional<std::string_view>& retry_info) {
  std::string url;
  std::string_view value;
  const bool read =
      ForEachField(wire, [&](uint32_t tag, uint64_t /*number*/, std::string_view bytes) {
        if (tag == Text(2)) {
          value = bytes;
        }
        return tag != Text(1) || ReadText(bytes, url);
      });
  // Only what follows the last slash is the type.
  if (url.substr(url.rfind('/') + 1) == "google.rpc.RetryInfo" && url.find('/') != url.npos) {
    retry_info = value;
  }
  return read;
}

// Calls `member(key, reader)`, which reads or skips the value, for each member of an object.
template <typename Member>
bool ForEachMember(JsonReader& reader, Member&& member) {
  return reader.ReadObject([&] {
    std::string scratch;
    std::string_view key;
    return reader.ReadKey(scratch, key) && member(key);
  });
}

// Skips a value of another kind.
bool ReadTextIfText(JsonReader& reader, std::string& text) {
  if (reader.Peek() != '"') {
    return reader.Skip();
  }
  std::string scratch;
  std::string_view value;
  if (!reader.ReadString(scratch, value)) {
    return false;
  }
  text = value;
  return true;
}

// proto3's JSON has 64-bit numbers as texts, and takes numbers too. Skips what is neither.
bool ReadIntegerIfInteger(JsonReader& reader, int64_t& integer) {
  std::string scratch;
  std::string_view text;
  const char next = reader.Peek();
  if (next != '"' && next != '-' && (next < '0' || next > '9')) {
    return reader.Skip();
  }
  if (!(next == '"' ? reader.ReadString(scratch, text) : reader.ReadNumber(text))) {
    return false;
  }
  std::from_chars(text.data(), text.data() + text.size(), integer);
  return true;
}

bool ReadPartialSuccess(JsonReader& reader, ExportResponse& response) {
  if (reader.Peek() != '{') {
    return reader.Skip();
  }
  return ForEachMember(reader, [&](std::string_view key) {
    if (key == "rejectedSpans" || key == "rejected_spans") {
      return ReadIntegerIfInteger(reader, response.rejected_spans);
    }
    if (key == "errorMessage" || key == "error_message") {
      return ReadTextIfText(reader, response.error_message);
    }
    return reader.Skip();
  });
}

}  // namespace

std::optional<ExportResponse> ReadExportResponse(std::string_view wire) {
  ExportResponse response;
  const auto partial_success = [&](uint32_t tag, uint64_t number, std::string_view bytes) {
    if (tag == Number(1)) {
      response.rejected_spans = static_cast<int64_t>(number);
    }
    return tag != Text(2) || ReadText(bytes, response.error_message);
  };
  const bool read =
      ForEachField(wire, [&](uint32_t tag, uint64_t /*number*/, std::string_view bytes) {
        return tag != Text(1) || ForEachField(bytes, partial_success);
      });
  return read ? std::optional(std::move(response)) : std::nullopt;
}

std::optional<ExportResponse> ReadExportResponseJson(std::string_view json) {
  JsonReader reader(json);
  ExportResponse response;
  const bool read = ForEachMember(reader, [&](std::string_view key) {
    return key == "partialSuccess" || key == "partial_success"
               ? ReadPartialSuccess(reader, response)
               : reader.Skip();
  });
  return read && reader.ReadEnd() ? std::optional(std::move(response)) : std::nullopt;
}

std::optional<RpcStatus> ReadRpcStatus(std::string_view wire) {
  RpcStatus status;
  std::optional<std::string_view> retry_info;
  const bool read =
      ForEachField(wire, [&](uint32_t tag, uint64_t /*number*/, std::string_view bytes) {
        if (tag == Text(3)) {
          std::optional<std::string_view> detail;
          const bool valid = ReadDetail(bytes, detail);
          retry_info = retry_info ? retry_info : detail;
          return valid;
        }
        return tag != Text(2) || ReadText(bytes, status.message);
      });
  if (!read) {
    return std::nullopt;
  }
  if (retry_info) {
    status.retry_delay = ReadRetryInfo(*retry_info);
  }
  return status;
}

std::optional<RpcStatus> ReadRpcStatusJson(std::string_view json) {
  JsonReader reader(json);
  RpcStatus status;
  const bool read = ForEachMember(reader, [&](std::string_view key) {
    return key == "message" ? ReadTextIfText(reader, status.message) : reader.Skip();
  });
  return read && reader.ReadEnd() ? std::optional(std::move(status)) : std::nullopt;
}

std::optional<Duration> ReadRetryInfo(std::string_view wire) {
  std::optional<Delay> delay;
  const bool read =
      ForEachField(wire, [&](uint32_t tag, uint64_t /*number*/, std::string_view bytes) {
        if (tag != Text(1)) {
          return true;
        }
        delay = delay.value_or(Delay());
        return delay->Merge(bytes);
      });
  return read && delay ? std::optional(delay->Clamped()) : std::nullopt;
}

std::string WriteRetryInfo(Duration delay) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(delay);
  const Duration nanos = delay - seconds;
  std::string wire;
  protozero::pbf_writer info(wire);
  protozero::pbf_writer retry_delay(info, 1);
  retry_delay.add_int64(1, seconds.count());
  if (nanos.count() != 0) {
    retry_delay.add_int32(2, static_cast<int32_t>(nanos.count()));
  }
  retry_delay.commit();
  return wire;
}

std::string WriteRpcStatus(int code, std::string_view message, std::string_view retry_info) {
  std::string wire;
  protozero::pbf_writer status(wire);
  status.add_int32(1, code);
  if (!message.empty()) {
    status.add_string(2, message.data(), message.size());
  }
  protozero::pbf_writer detail(status, 3);
  detail.add_string(1, kRetryInfoUrl);
  detail.add_bytes(2, retry_info.data(), retry_info.size());
  detail.commit();
  return wire;
}

std::optional<std::string> ReadHealthCheckRequest(std::string_view wire) {
  std::string service;
  const bool read =
      ForEachField(wire, [&](uint32_t tag, uint64_t /*number*/, std::string_view bytes) {
        return tag != Text(1) || ReadText(bytes, service);
      });
  return read ? std::optional(std::move(service)) : std::nullopt;
}

}  // namespace spanhold::otlp

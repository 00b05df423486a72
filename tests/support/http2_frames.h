#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spanhold {

// Bytes of HTTP/2 (RFC 9113) for tests of clients that do not behave as a library's do.

inline std::string BigEndian(uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    out += static_cast<char>(value >> static_cast<unsigned>(shift));
  }
  return out;
}

inline std::string Http2Frame(uint8_t type, uint8_t flags, uint32_t stream,
                              std::string_view payload) {
  return BigEndian(payload.size(), 3) + static_cast<char>(type) + static_cast<char>(flags) +
         BigEndian(stream, 4) + std::string(payload);
}

// The client's preface and empty settings.
inline std::string Http2Preface() {
  return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Http2Frame(4, 0, 0, "");
}

// A header field as a literal without indexing (RFC 7541 section 6.2.2).
inline std::string Http2Header(std::string_view name, std::string_view value) {
  return std::string(1, '\0') + static_cast<char>(name.size()) + std::string(name) +
         static_cast<char>(value.size()) + std::string(value);
}

// Begins a gRPC call on an odd `stream`.
inline std::string GrpcHeaders(uint32_t stream, std::string_view path,
                               std::string_view more_fields = "") {
  constexpr uint8_t kEndHeaders = 4;
  return Http2Frame(1, kEndHeaders, stream,
                    Http2Header(":method", "POST") + Http2Header(":scheme", "http") +
                        Http2Header(":path", path) + Http2Header(":authority", "test") +
                        Http2Header("content-type", "application/grpc") +
                        Http2Header("te", "trailers") + std::string(more_fields));
}

inline std::string Http2Data(uint32_t stream, std::string_view bytes, bool end) {
  return Http2Frame(0, end ? 1 : 0, stream, bytes);
}

// gRPC's five bytes before a message.
inline std::string GrpcPrefix(uint32_t size, bool compressed) {
  return (compressed ? '\1' : '\0') + BigEndian(size, 4);
}

}  // namespace spanhold

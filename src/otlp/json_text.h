#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace spanhold::otlp {

// Appends `text`, which is valid UTF-8, in quotes.
void AppendJsonString(std::string& out, std::string_view text);

// Appends `value` as JSON can: "NaN", "Infinity" and "-Infinity" are strings (proto3's mapping),
// everything else the shortest number that reads back as the same double.
void AppendJsonDouble(std::string& out, double value);

void AppendJsonInt(std::string& out, int64_t value);
void AppendJsonUint(std::string& out, uint64_t value);

// Lower case, without quotes.
void AppendHex(std::string& out, std::string_view bytes);

// The standard alphabet with padding, without quotes.
void AppendBase64(std::string& out, std::string_view bytes);

// Appends what the inside of a JSON string stands for. Half of a surrogate pair becomes U+FFFD, as
// JSON.parse's users expect: JavaScript cuts strings between the two. False for an unknown escape.
bool AppendUnescaped(std::string& out, std::string_view escaped);

// Writes the bytes that `text`, hexadecimal in either case, stands for to `out`, half as many; false
// when it is something else.
bool ReadHex(std::string_view text, char* out);

// Appends the bytes that `text` stands for; false when it is something else. Base64 in either
// alphabet, with or without padding, as protobuf's JSON parsers take it.
bool AppendFromBase64(std::string& out, std::string_view text);

}  // namespace spanhold::otlp

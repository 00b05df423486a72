#pragma once

#include <string>
#include <string_view>

namespace spanhold::otlp {

// Appends `text`, which is valid UTF-8, in quotes.
void AppendJsonString(std::string& out, std::string_view text);

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

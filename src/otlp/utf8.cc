#include "src/otlp/utf8.h"

#include <simdjson.h>

namespace spanhold::otlp {

bool IsUtf8(std::string_view bytes) {
  return IsAscii(bytes) || simdjson::validate_utf8(bytes.data(), bytes.size());
}

}  // namespace spanhold::otlp

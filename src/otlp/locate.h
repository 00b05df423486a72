#pragma once

#include <string>
#include <string_view>

namespace spanhold::otlp {

// Names the field whose tag begins at `entry`, for an error message:
// `resource_spans[0].scope_spans[2].spans[17].attributes[3].key`. Everything before it must be well
// formed; where its own tag is not, or is not a known field's, the message it is in is named. Deep
// nesting is cut short by `...`.
std::string LocateField(std::string_view request, const char* entry);

}  // namespace spanhold::otlp

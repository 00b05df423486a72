#pragma once

#include "src/config/environment.h"
#include "src/config/node.h"
#include "src/config/report.h"

namespace spanhold::config {

// `tree` with the references in its values replaced, as the Collector does (confmap/expand.go):
//
//   ${env:NAME} ${NAME}      the variable; unset: empty, with a warning
//   ${env:NAME:-default}     the same; unset: the default, in which references may stand too
//   ${file:PATH}             the content of a file, without line ends after it
//   $$                       a "$"
//   $NAME                    stays as it is
//
// A value that is one reference and nothing else becomes what its text means in YAML, a number or
// even a map, and keeps that text for places that want a string. Inside of other text a reference
// is replaced by its text. What comes in is treated as if it stood in the file, up to a bound on
// how deep and how much. Keys are not touched. Errors go to `report` with the place of the
// reference.
Node Expand(Node tree, const Environment& environment, Report& report);

}  // namespace spanhold::config

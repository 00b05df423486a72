#include "src/otlp/decode.h"

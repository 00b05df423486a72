#include "src/config/fields.h"

#include "src/core/freed_memory.h"

#include <malloc.h>

namespace spanhold {

void GiveBackFreedMemory() {
  malloc_trim(0);
}

}  // namespace spanhold

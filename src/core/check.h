#pragma once

#include <cstdio>
#include <cstdlib>

// Aborts, in release builds too, when an invariant of ours does not hold. Never for anything that a
// peer, a file or a user can cause: those get a Status.
#define SPANHOLD_CHECK(condition)                                                            \
  do {                                                                                       \
    if (!(condition)) {                                                                      \
      std::fprintf(stderr, "%s:%d: invariant broken: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                          \
    }                                                                                        \
  } while (false)

# Links libraries from their archives instead of their shared objects, so that the daemon asks the system for little more
# than glibc, starts faster and holds less memory. Slow to link: for the release preset.
#
# Debian's CMake packages name shared objects. They are found here first, for all folders, and each library that has an
# archive beside its shared object is pointed to it. Debian ships none of libisal: that stays shared.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL ON)
list(PREPEND CMAKE_FIND_LIBRARY_SUFFIXES .a)  # OpenSSL, protobuf, zlib, c-ares, and what pkg-config names
find_package(absl REQUIRED)
find_package(gRPC CONFIG REQUIRED)
find_package(yaml-cpp REQUIRED)

get_property(imported DIRECTORY PROPERTY IMPORTED_TARGETS)
foreach(target IN LISTS imported)
  get_target_property(shared ${target} IMPORTED_LOCATION_NONE)  # the build type of Debian's packages
  string(REGEX REPLACE "\\.so[.0-9]*$" ".a" archive "${shared}")
  if(shared MATCHES "\\.so" AND EXISTS "${archive}")
    set_target_properties(${target} PROPERTIES IMPORTED_LOCATION_NONE "${archive}")
  endif()
endforeach()
# gRPC's package finds this one as -lre2.
find_library(SPANHOLD_RE2 re2 REQUIRED)
set_target_properties(re2::re2 PROPERTIES INTERFACE_LINK_LIBRARIES "${SPANHOLD_RE2}")

# Nothing of the archives is exported. Relative relocations are packed: 1 MB less to read at start.
add_link_options(-static-libstdc++ -static-libgcc LINKER:--exclude-libs,ALL LINKER:--gc-sections
  LINKER:-z,pack-relative-relocs)

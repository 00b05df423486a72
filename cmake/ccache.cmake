# Compiles through ccache where it is installed, with paths below the source tree taken relative to
# it, so that a second clone at another path reuses what the first one compiled.
find_program(SPANHOLD_CCACHE ccache)
if(SPANHOLD_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER
    env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_COMPILERCHECK=content ${SPANHOLD_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

#include "src/app/signals.h"

#include <pthread.h>
#include <signal.h>

#include "src/core/log.h"

namespace spanhold::app {
namespace {

sigset_t HandledSignals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  return set;
}

}  // namespace

void BlockSignals() {
  const sigset_t set = HandledSignals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A peer that closes its end is an error code of write(), not the end of the process.
  signal(SIGPIPE, SIG_IGN);
}

std::string_view WaitForShutdownSignal() {
  const sigset_t set = HandledSignals();
  for (;;) {
    int number = 0;
    sigwait(&set, &number);
    if (number == SIGHUP) {
      Log(LogLevel::kWarn, "spanhold",
          "SIGHUP ignored: the configuration is read at start only; restart to change it");
      continue;
    }
    return number == SIGINT ? "SIGINT" : "SIGTERM";
  }
}

void LetSignalsEndTheProcess() {
  signal(SIGTERM, SIG_DFL);
  signal(SIGINT, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

}  // namespace spanhold::app

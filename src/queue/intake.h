#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "src/core/clock.h"
#include "src/core/mutex.h"
#include "src/core/timers.h"
#include "src/otlp/settlement.h"
#include "src/pipeline/admission.h"
#include "src/queue/worker.h"

namespace spanhold {

// Where requests that found a queue full wait for room, in the order they came.
//
// A request is admitted to all of its receiver's pipelines or to none. While it waits, later ones
// for the same pipeline wait behind it. Answers are given with no lock held, on the thread that
// brought room (a worker) or time (the timers').
//
// Threading: thread-safe. Ownership: everything referred to must outlive it.
class WaitingRoom {
 public:
  struct Config {
    // How long an answer waits for room: short beside the SDKs' 10 s deadline, long enough to ride
    // out one batch being sent.
    Duration patience = std::chrono::milliseconds(500);
  };

  WaitingRoom(Config config, const Clock& clock, Timers& timers,
              otlp::SettlementObserver& observer);
  // Close() must have been called and the timers must have stopped.
  ~WaitingRoom();
  WaitingRoom(const WaitingRoom&) = delete;
  WaitingRoom& operator=(const WaitingRoom&) = delete;

  // One request and where it goes.
  struct Request {
    otlp::ChunkPtr chunk;
    ReceiverAccount* account = nullptr;
    Admission::Done done;
    const std::vector<Worker*>* workers = nullptr;
  };

  // Admits the request now or later, or refuses it.
  void Enter(Request request);

  // A queue has room again. An atomic load while no one waits.
  void OnRoom();

  // Refuses all who wait and all who come.
  void Close();

 private:
  struct Waiting {
    Request request;
    TimePoint until;
  };
  struct Answer {
    Request request;
    Status status;
  };

  bool TryAdmit(const Request& request);
  void AdmitWaiting(std::vector<Answer>& answers) SPANHOLD_REQUIRES(mutex_);
  void Expire();
  void ScheduleExpiry() SPANHOLD_REQUIRES(mutex_);
  void Give(std::vector<Answer>& answers);

  const Config config_;
  const Clock& clock_;
  Timers& timers_;
  otlp::SettlementObserver& observer_;
  std::atomic<uint64_t> next_sequence_{1};
  std::atomic<bool> closed_{false};
  std::atomic<uint64_t> waiting_count_{0};  // = waiting_.size(); lets OnRoom() skip the lock

  Mutex mutex_;
  std::list<Waiting> waiting_ SPANHOLD_GUARDED_BY(mutex_);
  bool expiry_scheduled_ SPANHOLD_GUARDED_BY(mutex_) = false;
};

// The way in of one receiver: its requests go to each of `workers`.
class Intake final : public Admission {
 public:
  Intake(std::vector<Worker*> workers, WaitingRoom& waiting_room)
      : workers_(std::move(workers)), waiting_room_(waiting_room) {}

  void Admit(otlp::ChunkPtr chunk, ReceiverAccount& account, Done done) override;

 private:
  const std::vector<Worker*> workers_;
  WaitingRoom& waiting_room_;
};

}  // namespace spanhold

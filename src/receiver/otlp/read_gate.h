#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "src/core/clock.h"
#include "src/core/memory_budget.h"
#include "src/core/status.h"
#include "src/receiver/otlp/arrivals.h"

namespace spanhold::otlp_receiver {

// Decides when the message of a gRPC call may be read, so that what gRPC holds is reserved in the
// memory budget before it arrives.
//
// gRPC does not tell how large a message is until all of it is in memory. So a read reserves the
// largest message of all for a connection not known yet, and twice the largest one it has sent for
// one that is. Calls that find no room wait in line, and connections take turns, so that one with many
// calls does not hold back the others. Reads of a known, small size have an eighth of the budget to
// themselves: strangers that open calls and send nothing cannot keep them out.
//
// A guess can be wrong: so while reads are open, the gate looks every 10 ms at what their connections
// have received. Where that is more than half of what is reserved it reserves more, and where there
// is more than is reserved and no room, it ends the read, and the connection is one for large messages
// from then on. Where the kernel does not count (unix sockets) every read reserves the largest.
//
//   Enter() ──▶ waiting ──▶ Call::Read() ──▶ Finish() or Abandon()
//                  └───────────┴────▶ Call::Refuse(): no room, or too slow
//
// Threading: bound to one thread, which calls Tick() when NextDue() has come. Reservations that it
// has handed out may be released anywhere.
// Ownership: calls and budget must outlive their time in the gate.
class ReadGate {
 public:
  struct Limits {
    uint64_t largest_message = 0;  // gRPC refuses any larger one
    uint64_t unread_bytes = 0;     // what gRPC takes in of a call that is not read yet
    Duration read_timeout = std::chrono::seconds(10);  // the timeout of most OTLP exporters
    // The same while others wait for the room.
    Duration contended_read_timeout = std::chrono::seconds(1);
    Duration wait_timeout = std::chrono::seconds(2);
    // Between two looks. What comes meanwhile is not reserved: 15 MB, if gRPC's thread takes 1.5 GB/s.
    Duration look_interval = std::chrono::milliseconds(10);
  };

  class Call;

 private:
  // What the gate knows of a connection.
  struct Connection {
    std::optional<uint64_t> largest;  // message it has sent
    uint64_t calls = 0;               // in the gate
    uint64_t reads = 0;               // of these
    bool is_counted = true;           // by the kernel
    Arrivals arrivals;
    std::list<Call*> waiting;               // the oldest first
    std::list<Connection*>::iterator turn;  // while `waiting` is not empty
  };

  // Reads of an expected size up to kSmallRequest, and the others.
  enum Size { kSmallReads, kLargeReads, kSizes };

 public:
  class Call {
   public:
    virtual ~Call() = default;
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

    // Start reading. Answered by Finish() or Abandon(), unless Refuse() comes first.
    virtual void Read() = 0;
    // What its connection has received so far, see net::ReceivedBytes().
    virtual std::optional<uint64_t> Received() const = 0;
    // The call is out of the gate; kUnavailable, or kResourceExhausted: it is larger than the largest
    // message. It may have been read in part.
    virtual void Refuse(const Status& status) = 0;

   protected:
    Call() = default;

   private:
    friend class ReadGate;

    Connection* connection_ = nullptr;
    Reservation reservation_;
    TimePoint since_;
    Size size_ = kLargeReads;           // while it is read
    std::list<Call*>::iterator place_;  // in Class::reading or waiting_
  };

  ReadGate(Limits limits, MemoryBudget& budget) : limits_(limits), budget_(budget) {}

  // A new call of `connection`, any name of it. Read() or Refuse() may come before this returns.
  void Enter(Call& call, const std::string& connection, TimePoint now);

  // The message is here and has `size` bytes. Its reservation, or nothing when it is larger than
  // expected and the budget has no room for it.
  std::optional<Reservation> Finish(Call& call, uint64_t size, TimePoint now);

  // The read has failed.
  void Abandon(Call& call, TimePoint now);

  // Refuses the calls that wait and all that come; calls being read have a moment to finish.
  void Close();

  void Tick(TimePoint now);
  std::optional<TimePoint> NextDue() const;

  // The answer to a request that there is no memory for.
  static Status NoMemory();

 private:
  struct Class {
    std::list<Connection*> turns;  // connections with waiting calls, the next one first
    std::list<Call*> reading;      // the oldest first
  };

  Status TooLarge() const;
  Connection& Find(const std::string& name, const Call& call);
  uint64_t Expected(const Connection& connection) const;
  Size SizeOf(const Connection& connection) const;
  bool NothingIsRead() const;
  bool TryGrant(Call& call);
  void StartRead(Call& call, TimePoint now);
  void EndRead(Call& call);
  void Look(TimePoint now);
  Status Judge(Call& call, uint64_t reserved, TimePoint now);
  void Wait(Call& call, TimePoint now);
  void StopWaiting(Call& call);
  void Leave(Call& call);
  void GiveTurns(TimePoint now);
  void LearnSize(Connection& connection, uint64_t size);
  Duration ReadTimeout(const Class& reads) const;
  void RefuseSlowReads(Class& reads, TimePoint now);
  void RefuseOldest(const Status& status);

  const Limits limits_;
  MemoryBudget& budget_;
  std::unordered_map<std::string, Connection> connections_;
  std::array<Class, kSizes> classes_;
  std::list<Call*> waiting_;  // the oldest first
  TimePoint next_look_ = TimePoint::max();
  bool closed_ = false;
};

}  // namespace spanhold::otlp_receiver

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "src/app/components.h"
#include "src/exporter/sending/config.h"

namespace spanhold::app {

// The exporter whose lane `make_lane` makes, behind the storage that `sending` names, if it names one.
// The storage then decides what happens when the queue is full; its lane never drops for that.
std::unique_ptr<Exporter> WithStorage(
    const std::string& id, const sending::SendingConfig& sending, Parts& parts,
    const std::function<std::unique_ptr<Exporter>(const sending::SendingConfig&)>& make_lane);

}  // namespace spanhold::app

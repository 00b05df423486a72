#include "src/config/print.h"

#include <memory>

#include <absl/strings/str_cat.h>

#include "src/config/writer.h"

namespace spanhold::config {
namespace {

constexpr char kReferenceHeader[] =
    "# Every key that Spanhold knows, with its default and what it means. Keys that are left out\n"
    "# have these values. A page to read and copy from: as a whole it does not run, because each\n"
    "# exporter still needs to know where to send to.\n"
    "#\n"
    "# Written by: spanhold print-config --reference\n";

// "key:" and the lines below it, or "key: {}" when there are none.
std::string Block(int indent, const std::string& key, const std::string& lines) {
  return absl::StrCat(std::string(2 * static_cast<size_t>(indent), ' '), key,
                      lines.empty() ? ": {}\n" : ":\n", lines);
}

std::string List(int indent, std::string_view key, const std::vector<std::string>& ids) {
  Writer writer(Writer::Style::kEffective, indent);
  std::vector<std::string> copy = ids;
  writer.Strings({key, ""}, copy);
  return writer.text();
}

template <typename Described>
std::string Describe(Described& described, Writer::Style style, int indent) {
  Writer writer(style, indent);
  described.Describe(writer);
  return writer.text();
}

std::string Pipelines(const std::vector<PipelineConfig>& pipelines) {
  std::string lines;
  for (const PipelineConfig& pipeline : pipelines) {
    lines += Block(2, pipeline.id,
                   List(3, "receivers", pipeline.receivers) +
                       List(3, "processors", pipeline.processors) +
                       List(3, "exporters", pipeline.exporters));
  }
  return lines;
}

std::string OtherNames(const ComponentType& type) {
  std::string names;
  for (size_t i = 1; i < type.names.size(); ++i) {
    absl::StrAppend(&names, i == 1 ? "; also called " : ", ", type.names[i]);
  }
  return names;
}

}  // namespace

std::string EffectiveYaml(const ServiceConfig& config) {
  std::string out;
  for (const ComponentKind kind : kComponentKinds) {
    std::string lines;
    for (const ComponentEntry& entry : config.Components(kind)) {
      lines += Block(1, YamlText(entry.id), Describe(*entry.config, Writer::Style::kEffective, 2));
    }
    out += lines.empty() ? "" : Block(0, std::string(SectionName(kind)), lines);
  }
  std::vector<std::string> extensions;
  for (const ComponentEntry& entry : config.extensions) {
    extensions.push_back(entry.id);
  }
  ServiceSettings settings = static_cast<const ServiceSettings&>(config);
  return out + Block(0, "service",
                     List(1, "extensions", extensions) +
                         Block(1, "pipelines", Pipelines(config.pipelines)) +
                         Describe(settings, Writer::Style::kEffective, 1));
}

std::string ReferenceYaml(const std::vector<ComponentType>& types) {
  std::string out = kReferenceHeader;
  for (const ComponentKind kind : kComponentKinds) {
    std::string lines;
    for (const ComponentType& type : types) {
      if (type.kind == kind) {
        const std::unique_ptr<ComponentConfig> config = type.make_config();
        absl::StrAppend(
            &lines, "  # ", type.help, OtherNames(type), "\n",
            Block(1, type.names.front(), Describe(*config, Writer::Style::kReference, 2)));
      }
    }
    out += lines.empty() ? "" : "\n" + Block(0, std::string(SectionName(kind)), lines);
  }
  ServiceSettings settings;
  return out + "\n" +
         Block(0, "service",
               "  # ids of the extensions that run\n  extensions: []\n"
               "  # by id (traces or traces/name): lists of receivers, processors and exporters\n"
               "  pipelines: {}\n" +
                   Describe(settings, Writer::Style::kReference, 1));
}

}  // namespace spanhold::config

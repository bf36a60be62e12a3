"""Turns the contract into a C++ source that holds it as JSON: openapi_document.py IN.yaml OUT.cpp"""

import json
import sys

import yaml

SOURCE = """#include "api/docs/openapi_document.h"

namespace drawbridge::api {
namespace {

constexpr unsigned char document[]{
%s};

}  // namespace

std::string_view openapi_document() {
  return {reinterpret_cast<const char*>(document), sizeof document};
}

}  // namespace drawbridge::api
"""

with open(sys.argv[1], encoding="utf-8") as file:
    data = json.dumps(yaml.safe_load(file), ensure_ascii=False, separators=(",", ":")).encode()
lines = [",".join(map(str, data[i : i + 32])) for i in range(0, len(data), 32)]
with open(sys.argv[2], "w", encoding="utf-8") as file:
    file.write(SOURCE % ",\n".join(lines))

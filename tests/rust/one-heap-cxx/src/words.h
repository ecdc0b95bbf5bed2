// SPDX-License-Identifier: MIT
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "rust/cxx.h"

std::unique_ptr<std::string> join(rust::Vec<rust::String> words);
std::uint8_t *bytes(std::size_t count);
void release(std::uint8_t *block);

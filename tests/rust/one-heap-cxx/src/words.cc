// SPDX-License-Identifier: MIT
#include "one-heap-cxx/src/words.h"

#include <map>
#include <stdexcept>

// Allocated before main, and freed after it.
static const std::string nothing(1000, ' ');

std::unique_ptr<std::string> join(rust::Vec<rust::String> words)
{
	thread_local std::map<std::string, int> seen;
	std::string text = nothing.substr(nothing.size());

	for (auto &word : words) {
		seen[std::string(word)]++;
		text += std::string(word);
	}
	try {
		throw std::runtime_error(text);
	} catch (const std::exception &error) {
		return std::make_unique<std::string>(error.what());
	}
}

std::uint8_t *bytes(std::size_t count)
{
	return new std::uint8_t[count];
}

void release(std::uint8_t *block)
{
	delete[] block;
}

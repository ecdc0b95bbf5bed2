/* SPDX-License-Identifier: MIT
 *
 * The ELF note of an overlay's object, which says what was linked in. It is loaded with the
 * program, so strip and --gc-sections keep it. `cc-mimalloc --check` reads it.
 */
#ifndef MIMALLOC_MUSL_NOTE_H
#define MIMALLOC_MUSL_NOTE_H

#include <stdint.h>

#define NOTE_NAME "mimalloc-musl"
#define NOTE_TYPE 1

/* The note, and `function`, which returns the same text: not the note's, since a linker script may
 * discard notes. `words`: a string of the form key=value key=value, for scripts. */
#define ELF_NOTE(function, words)                                                               \
	__attribute__((used, section(".note.mimalloc-musl"), aligned(4))) static const struct { \
		uint32_t name_size;                                                             \
		uint32_t text_size;                                                             \
		uint32_t type;                                                                  \
		_Alignas(4) char name[sizeof NOTE_NAME];                                        \
		_Alignas(4) char text[sizeof words];                                            \
	} elf_note = { sizeof NOTE_NAME, sizeof words, NOTE_TYPE, NOTE_NAME, words };           \
	const char *function(void)                                                              \
	{                                                                                       \
		return words;                                                                   \
	}

#endif

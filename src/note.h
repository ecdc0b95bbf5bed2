/* SPDX-License-Identifier: MIT
 *
 * The ELF note that says what was linked in; part of overlay.c's object. It is loaded with the
 * program, so strip and --gc-sections keep it. `cc-mimalloc --check` reads it.
 */
#include <stdint.h>

#define MIMALLOC_MUSL_NOTE_NAME "mimalloc-musl"
#define MIMALLOC_MUSL_NOTE_TYPE 1

/* Words of the form key=value, for scripts. */
#define MIMALLOC_MUSL_NOTE_TEXT                                              \
	"mimalloc-musl=" MIMALLOC_MUSL_VERSION " mimalloc=" MIMALLOC_VERSION \
	" profile=" MIMALLOC_MUSL_PROFILE

struct mimalloc_musl_note {
	uint32_t name_size;
	uint32_t text_size;
	uint32_t type;
	_Alignas(4) char name[sizeof MIMALLOC_MUSL_NOTE_NAME];
	_Alignas(4) char text[sizeof MIMALLOC_MUSL_NOTE_TEXT];
};

__attribute__((used, section(".note.mimalloc-musl"),
               aligned(4))) static const struct mimalloc_musl_note mimalloc_musl_note = {
	.name_size = sizeof MIMALLOC_MUSL_NOTE_NAME,
	.text_size = sizeof MIMALLOC_MUSL_NOTE_TEXT,
	.type = MIMALLOC_MUSL_NOTE_TYPE,
	.name = MIMALLOC_MUSL_NOTE_NAME,
	.text = MIMALLOC_MUSL_NOTE_TEXT,
};

const char *mimalloc_musl_version(void)
{
	/* Not the note's: a linker script may discard notes. */
	return MIMALLOC_MUSL_NOTE_TEXT;
}

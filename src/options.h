/* SPDX-License-Identifier: MIT
 *
 * Options that nobody sets: in the profile `small` mimalloc's are the defaults of its table, which
 * config.h sets, and so constants. What they rule out is not compiled, nor is what would read the
 * environment. Included by mimalloc.c behind upstream's options.c, for the files that follow.
 */
#ifndef MIMALLOC_MUSL_OPTIONS_H
#define MIMALLOC_MUSL_OPTIONS_H

static inline long option_value(mi_option_t option)
{
	/* The one option that is chosen when it is asked for (upstream's free.c), between itself
	 * and a constant. */
	if (option == mi_option_page_max_reclaim)
		return mi_options[mi_option_page_max_reclaim].value;
	return mi_options[option].value;
}

/* A page whose blocks other threads free is not retained either, for which its option would have to
 * be -1, and then none would be abandoned: with two threads the workload `queue` has a peak of 0.6
 * MiB instead of 2.2, and takes the same time. */
static inline long option_clamp(mi_option_t option, long least, long most)
{
	const long value = option == mi_option_page_full_retain ? -1 : option_value(option);

	return value < least ? least : value > most ? most : value;
}

static inline size_t option_size(mi_option_t option)
{
	const size_t unit = mi_option_has_size_in_kib(option) ? MI_KiB : 1;

	return (size_t)option_value(option) * unit;
}

#define mi_option_get           option_value
#define mi_option_get_clamp     option_clamp
#define mi_option_get_size      option_size
#define mi_option_is_enabled    option_value
#define _mi_option_get_fast     option_value
#define _mi_options_post_init() ((void)0)

#endif

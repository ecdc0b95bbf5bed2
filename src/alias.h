/* SPDX-License-Identifier: MIT */
#ifndef MIMALLOC_MUSL_ALIAS_H
#define MIMALLOC_MUSL_ALIAS_H

/* A second name for a function of the same file, as musl's weak_alias but strong. */
#define alias(old, new) extern __typeof(old) new __attribute__((__alias__(#old)))

#endif

// SPDX-License-Identifier: MIT
// posix_memalign returns its error and leaves the pointer alone when it fails, errno when it
// succeeds (POSIX). When it fails, errno is what musl leaves there: that of aligned_alloc within.
#include "promise.h"

static void check_failure(size_t alignment, size_t size, int error, int errno_after)
{
	char there;
	void *result = &there;

	errno = UNTOUCHED;
	CHECK(posix_memalign(&result, alignment, size) == error);
	CHECK(result == &there);
	CHECK(errno == errno_after);
}

int main(void)
{
	for (size_t alignment = 0; alignment < sizeof(void *); alignment++)
		check_failure(alignment, 100, EINVAL, UNTOUCHED);
	check_failure(sizeof(void *) * 3, 100, EINVAL, EINVAL);
	check_failure(100, 0, EINVAL, EINVAL);
	check_failure(SIZE_MAX, 1, EINVAL, EINVAL);
	check_failure(16, SIZE_MAX, ENOMEM, ENOMEM);
	check_failure(4096, PTRDIFF_MAX, ENOMEM, ENOMEM);
	check_failure((size_t)1 << (sizeof(size_t) * 8 - 1), 1, ENOMEM, ENOMEM);

	for (size_t alignment = sizeof(void *); alignment <= 64 * MIB; alignment *= 2) {
		for (size_t size = 0; size < 300000; size = size * 3 + 1) {
			void *p = NULL;

			errno = UNTOUCHED;
			CHECK(posix_memalign(&p, alignment, size) == 0);
			CHECK(p);
			CHECK(aligned(p, alignment < 16 ? 16 : alignment));
			CHECK(malloc_usable_size(p) >= size);
			memset(p, 1, size);
			free(p);
			CHECK(errno == UNTOUCHED);
		}
	}
	return 0;
}

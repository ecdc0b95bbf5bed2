// SPDX-License-Identifier: MIT

// A Go program whose goroutines take and free C's memory, in threads that Go has started.
package main

/*
#include <stdlib.h>
#include <string.h>

static char *twice(const char *s)
{
	const size_t length = strlen(s);
	char *p = malloc(2 * length + 1);

	memcpy(p, s, length);
	memcpy(p + length, s, length + 1);
	return p;
}
*/
import "C"

import (
	"fmt"
	"strings"
	"sync"
	"unsafe"
)

func main() {
	var all sync.WaitGroup
	for i := 0; i < 8; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for length := 0; length < 2000; length++ {
				word := strings.Repeat("x", length)
				s := C.CString(word)
				p := C.twice(s)
				C.free(unsafe.Pointer(s))
				if C.GoString(p) != word+word {
					panic(length)
				}
				C.free(unsafe.Pointer(p))
			}
		}()
	}
	all.Wait()
	fmt.Println("hello")
}

#include "base/holder.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void korch__holder_write(int fd)
{
	char holder[KORCH_HOLDER_SIZE];
	int n = snprintf(holder, sizeof(holder), "process %ld (%.64s)\n", (long)getpid(),
	                 program_invocation_short_name);
	if (ftruncate(fd, 0) == 0 && pwrite(fd, holder, (size_t)n, 0) < 0)
		return;
}

void korch__holder_read(char out[KORCH_HOLDER_SIZE], int fd)
{
	ssize_t n = pread(fd, out, KORCH_HOLDER_SIZE - 1, 0);
	out[n > 0 ? n : 0] = 0;
	out[strcspn(out, "\n")] = 0;
}

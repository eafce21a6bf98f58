/*
 * Which block of loopback addresses this process uses for pods and Services: korch programs on one
 * machine must not share one. A block is claimed by a lock on a file, which the kernel releases
 * with the process.
 */
#include "cluster/cluster.h"

#include "base/cleanup.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK_FIRST = 64, BLOCK_LAST = 254 };

/* A folder that all users share, where files of others cannot be removed or replaced. */
static int open_lock_folder(korch_error **err)
{
	const char *folder = "/tmp/korch-addresses";
	if (mkdir(folder, 01777) == 0)
		chmod(folder, 01777);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return korch_error_set(err, KORCH_E_IO, "%s: %s", folder, strerror(errno));
	return fd;
}

static int try_lock(int folder, int block)
{
	char name[16];
	snprintf(name, sizeof(name), "127.%d", block);
	int fd = openat(folder, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	close(fd);
	return -1;
}

int korch__address_block_claim(int *lock, int *block, korch_error **err)
{
	int folder = open_lock_folder(err);
	if (folder < 0)
		return folder;
	for (int candidate = BLOCK_FIRST; candidate <= BLOCK_LAST; candidate++) {
		int fd = try_lock(folder, candidate);
		if (fd < 0)
			continue;
		close(folder);
		*lock = fd;
		*block = candidate;
		return 0;
	}
	close(folder);
	return korch_error_set(err, KORCH_E_LIMIT,
	                       "all %d blocks of loopback addresses are taken by other korch processes",
	                       BLOCK_LAST - BLOCK_FIRST + 1);
}

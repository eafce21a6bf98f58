/*
 * Which block of loopback addresses this process uses for pods and Services: korch programs on one
 * machine must not share one. A block is claimed by a lock on a file, which the kernel releases
 * with the process. A program whose pods and Services outlive it also writes its state folder into
 * the file: as long as that is there nobody else takes the block.
 */
#include "cluster/cluster.h"

#include "base/cleanup.h"
#include "base/table.h"
#include "base/text.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <korch/sys/runtime.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	BLOCK_FIRST = 64,
	BLOCK_LAST = 254,
	BLOCKS = BLOCK_LAST - BLOCK_FIRST + 1,
	OWNER_MAX = 4096,
};

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

/* The folder that a block is kept for, "" when for none, or for one that is gone. */
static void read_owner(char *out, int fd)
{
	ssize_t n = pread(fd, out, OWNER_MAX - 1, 0);
	out[n > 0 ? n : 0] = 0;
	if (*out && access(out, F_OK) < 0 && errno == ENOENT)
		*out = 0;
}

/* For the next boot it may be lost: then the folder's own file tells its owner. */
static void write_owner(int fd, const char *owner)
{
	size_t length = strlen(owner);
	if (ftruncate(fd, 0) == 0 && length < OWNER_MAX && pwrite(fd, owner, length, 0) < 0)
		return;
}

/* Returns the descriptor that holds the block, or -1; then who has it is in `holder`, "" unknown.
 */
static int try_block(int folder, int block, const char *owner, char *holder)
{
	int fd = try_lock(folder, block);
	*holder = 0;
	if (fd < 0)
		return -1;
	read_owner(holder, fd);
	if (*holder && (!owner || strcmp(holder, owner) != 0)) {
		close(fd);
		return -1;
	}
	write_owner(fd, owner ? owner : "");
	return fd;
}

/* Those that come and go begin at the first; those that stay lie scattered, so that both seldom
 * meet. */
static int first_candidate(const char *owner)
{
	return owner ? (int)(korch__hash_string(owner) % BLOCKS) : 0;
}

static int claim_any(int *lock, int *block, int folder, const char *owner, korch_error **err)
{
	char holder[OWNER_MAX];
	int first = first_candidate(owner);
	for (int i = 0; i < BLOCKS; i++) {
		int candidate = BLOCK_FIRST + (first + i) % BLOCKS;
		int fd = try_block(folder, candidate, owner, holder);
		if (fd < 0)
			continue;
		*lock = fd;
		*block = candidate;
		return 0;
	}
	return korch_error_set(err, KORCH_E_LIMIT,
	                       "all %d blocks of loopback addresses are taken by other korch processes",
	                       BLOCKS);
}

static int claim_own(int *lock, int block, int folder, const char *owner, korch_error **err)
{
	char holder[OWNER_MAX];
	int fd = try_block(folder, block, owner, holder);
	if (fd < 0)
		return korch_error_set(err, KORCH_E_BUSY,
		                       "the addresses 127.%d.0.0/16 of %s are in use by another korch%s%s",
		                       block, owner, *holder ? ", of " : "", holder);
	*lock = fd;
	return 0;
}

int korch__address_block_claim(int *lock, int *block, const char *owner, korch_error **err)
{
	int folder = open_lock_folder(err);
	if (folder < 0)
		return folder;
	int code = *block ? claim_own(lock, *block, folder, owner, err)
	                  : claim_any(lock, block, folder, owner, err);
	close(folder);
	return code;
}

int korch__cidr_parse(uint32_t *base, uint32_t *prefix, const char *text, korch_error **err)
{
	char address[INET_ADDRSTRLEN];
	struct in_addr parsed;
	int64_t bits = 0;
	const char *slash = strchr(text, '/');
	size_t length = slash ? (size_t)(slash - text) : 0;
	if (slash && length < sizeof(address)) {
		memcpy(address, text, length);
		address[length] = 0;
		if (inet_pton(AF_INET, address, &parsed) == 1 &&
		    korch__text_to_i64(&bits, slash + 1) == 0 && bits >= 8 && bits <= 30) {
			*base = ntohl(parsed.s_addr);
			*prefix = (uint32_t)bits;
			return 0;
		}
	}
	return korch_error_set(err, KORCH_E_INVALID,
	                       "\"%s\" is not an IPv4 block such as 127.65.128.0/17 (prefix 8 to 30)",
	                       text);
}

/* Real pods are on the loopback interface, where every 127.x.y.z is an address; virtual ones never
 * listen anywhere. */
int korch__addresses_choose(korch__address_blocks *out, korch_cluster *cluster,
                            const korch_cluster_options *options, korch_error **err)
{
	int block = cluster->identity.block;
	int is_real = options->runtime &&
	              !(korch_runtime_get_ops(options->runtime)->capabilities & KORCH_RUNTIME_VIRTUAL);
	if (is_real && (!options->pod_cidr || !options->service_cidr)) {
		int code =
		    korch__address_block_claim(&cluster->address_lock, &block, cluster->kept_for, err);
		if (code < 0)
			return code;
		cluster->identity.block = block;
	}
	snprintf(out->services, sizeof(out->services), "10.96.0.0/12");
	snprintf(out->pods, sizeof(out->pods), "10.128.0.0/9");
	if (is_real && block) {
		snprintf(out->services, sizeof(out->services), "127.%d.0.0/17", block);
		snprintf(out->pods, sizeof(out->pods), "127.%d.128.0/17", block);
	}
	if (options->service_cidr)
		snprintf(out->services, sizeof(out->services), "%s", options->service_cidr);
	if (options->pod_cidr)
		snprintf(out->pods, sizeof(out->pods), "%s", options->pod_cidr);
	uint32_t base;
	uint32_t prefix;
	return korch__cidr_parse(&base, &prefix, out->services, err);
}

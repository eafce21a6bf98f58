/* The file "identity" of a state folder: lines of a word and its value. */
#include "cluster/identity.h"

#include "base/cleanup.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 256 };

static int read_text(char *out, const char *path, korch_error **err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT) {
		*out = 0;
		return 0;
	}
	ssize_t n = fd < 0 ? -1 : read(fd, out, TEXT_MAX - 1);
	int failure = errno;
	if (fd >= 0)
		close(fd);
	if (n < 0)
		return korch_error_set(err, KORCH_E_IO, "%s: %s", path, strerror(failure));
	out[n] = 0;
	return 0;
}

int korch__identity_load(korch__identity *out, const char *state_folder, korch_error **err)
{
	_cleanup_free_ char *path = korch__sprintf("%s/identity", state_folder);
	char text[TEXT_MAX] = "";
	if (!path)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	int code = read_text(text, path, err);
	if (code < 0)
		return code;
	*out = (korch__identity){0};
	if (!*text)
		return 0;
	int n = sscanf(text, "block %3d node %63s seed %16" SCNx64, &out->block, out->node, &out->seed);
	if (n != 3 || out->block < 0 || out->block > 254)
		return korch_error_set(
		    err, KORCH_E_INVALID,
		    "%s: \"block NUMBER\", \"node NAME\" and \"seed NUMBER\" are expected", path);
	return 0;
}

static int write_text(const char *path, const char *text, size_t length)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return -1;
	int failed = write(fd, text, length) != (ssize_t)length || fsync(fd) < 0;
	return close(fd) < 0 || failed ? -1 : 0;
}

int korch__identity_save(const korch__identity *self, const char *state_folder, korch_error **err)
{
	char text[TEXT_MAX];
	_cleanup_free_ char *path = korch__sprintf("%s/identity", state_folder);
	_cleanup_free_ char *fresh = korch__sprintf("%s/identity.new", state_folder);
	int length = snprintf(text, sizeof(text), "block %d\nnode %s\nseed %" PRIx64 "\n", self->block,
	                      self->node, self->seed);
	if (!path || !fresh)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (write_text(fresh, text, (size_t)length) < 0 || rename(fresh, path) < 0)
		return korch_error_set(err, KORCH_E_IO, "%s: %s", path, strerror(errno));
	return 0;
}

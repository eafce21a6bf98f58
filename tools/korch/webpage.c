/* Writing a page to a file, to a pipe or to standard output. */
#include "webpage.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

typedef struct page {
	const char *option;
	const char *path; /* as it was given */
	webpage_fn fn;
	const void *userdata;
} page;

static int fail_io(const page *self, korch_error **err)
{
	return korch_error_set(err, KORCH_E_IO, "%s %s: %s", self->option, self->path, strerror(errno));
}

static int nomem(korch_error **err)
{
	return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
}

static int write_file(const page *self, const char *path, korch_error **err)
{
	FILE *out = fopen(path, "we");
	if (!out)
		return fail_io(self, err);
	int code = self->fn(out, self->userdata);
	int is_bad = ferror(out);
	if (fclose(out) != 0 || is_bad)
		return fail_io(self, err);
	return code < 0 ? nomem(err) : 0;
}

/* Put in place at once, so that nobody sees half a page. */
static int replace_file(const page *self, const char *path, korch_error **err)
{
	char *temporary = NULL;
	if (asprintf(&temporary, "%s.part", path) < 0)
		return nomem(err);
	int code = write_file(self, temporary, err);
	if (code == 0 && rename(temporary, path) < 0)
		code = fail_io(self, err);
	if (code < 0)
		remove(temporary);
	free(temporary);
	return code;
}

int webpage_write(const char *option, const char *path, webpage_fn fn, const void *userdata,
                  korch_error **err)
{
	const page self = {option, path, fn, userdata};
	struct stat about;
	if (strcmp(path, "-") == 0)
		return fn(stdout, userdata) < 0           ? nomem(err)
		       : fflush(stdout) || ferror(stdout) ? fail_io(&self, err)
		                                          : 0;
	/* A link stays where it is, and a pipe or a device is written to, never replaced. */
	char *behind = realpath(path, NULL);
	int is_file = stat(path, &about) < 0 || S_ISREG(about.st_mode);
	int code =
	    is_file ? replace_file(&self, behind ? behind : path, err) : write_file(&self, path, err);
	free(behind);
	return code;
}

/* A cluster's folder on disk. What is in it belongs to the agent and the runtime. */
#include "cluster/folder.h"

#include "agent/tree_files.h"
#include "base/cleanup.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int korch__state_folder_make(char **out, const char *wish, korch_error **err)
{
	const char *temporary = secure_getenv("TMPDIR");
	const char *parent = temporary && *temporary == '/' ? temporary : "/tmp";
	_cleanup_free_ char *path =
	    wish ? korch__strdup(wish) : korch__sprintf("%s/korch-XXXXXX", parent);
	if (!path)
		return korch_error_set(err, KORCH_E_NOMEM, "out of memory");
	if (*path != '/')
		return korch_error_set(err, KORCH_E_INVALID,
		                       "state folder \"%s\": an absolute path is needed", path);
	if (!wish && !mkdtemp(path))
		return korch_error_set(err, KORCH_E_IO, "%s: %s", path, strerror(errno));
	_cleanup_free_ char *logs = korch__sprintf("%s/logs", path);
	if (!logs || korch__folder_make(logs, 0700) < 0)
		return korch_error_set(err, KORCH_E_IO, "%s: %s", path, strerror(errno));
	*out = KORCH_STEAL(path);
	return 0;
}

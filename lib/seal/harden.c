/* Keeping a process's memory to itself: prctl(2), setrlimit(2). */
#include <errno.h>
#include <korch/seal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

int korch_process_harden(korch_error **err)
{
	const struct rlimit none = {0, 0};
	if (setrlimit(RLIMIT_CORE, &none) < 0)
		return korch_error_set(err, KORCH_E_IO, "cannot turn core dumps off: %s", strerror(errno));
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return korch_error_set(err, KORCH_E_IO, "cannot make the process undumpable: %s",
		                       strerror(errno));
	return 0;
}

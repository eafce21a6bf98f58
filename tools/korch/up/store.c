/* Where the objects of `korch up` are: in the state folder's file, or in memory. */
#include "up/store.h"

int up_store_open(korch_store **out, korch_loop *loop, const up_options *options,
                  const state *folders, korch_error **err)
{
	if (!options->state)
		return 0;
	const korch_store_sqlite_options sqlite = {.size = sizeof(sqlite), .path = folders->store_file};
	return korch_store_sqlite_new(out, loop, &sqlite, err);
}

/* What other files of this room may know of a store's handle. */
#ifndef KORCH_STORE_STORE_H
#define KORCH_STORE_STORE_H

#include <korch/sys/store.h>

/* The backend's data of a store that was registered with these functions; NULL of another. */
void *korch__store_self(const korch_store *store, const korch_store_ops *ops);

#endif

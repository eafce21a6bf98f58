/*
 * A store that needs a real loop, on a virtual one: each call is made on a real loop of its own,
 * which is let run until the answer and all changes up to it are there; then it is answered on the
 * virtual loop, in no time. So tests in virtual time run on it.
 *
 * What this shows: that the store keeps, compares, numbers and tells what it has to, in runs as
 * long and as strange as those of the simulator. What it does not: anything about time, and two
 * calls under way at once; that is the conformance suite's, which runs in real time. Watches are
 * one of the store's for everything, which is shared out here. There are no leases.
 *
 * Revisions count from the store's opening, so that two runs on one server are the same.
 */
#ifndef KORCH_TESTS_SUPPORT_BRIDGE_H
#define KORCH_TESTS_SUPPORT_BRIDGE_H

#include <korch/store.h>

/* Opens the store that is bridged, on a real loop. 0 or a code. */
typedef int (*bridge_open_fn)(korch_store **out, korch_loop *real, void *userdata);

/* history: changes that are kept, 0: 65,536. */
int bridge_new(korch_store **out, korch_loop *loop, size_t history, bridge_open_fn open,
               void *userdata);

#endif

/* All numbers of a scheduler's state as text, so that two states can be compared. */
#ifndef KORCH_TESTS_SCHEDULER_DUMP_H
#define KORCH_TESTS_SCHEDULER_DUMP_H

#include <korch/scheduler.h>

/* What nodes have, which pods are on them, who is nominated where; free() it. Fails the test when
 * something is not counted as it is. */
char *dump_state(const korch_scheduler *s);
/* Everything that a trial must restore: also the order in which things stand. */
char *dump_whole(const korch_scheduler *s);
/* Fails the test with the first lines that differ; frees both. */
void check_same(char *before, char *after);
/* Fails the test when a node has given away more than it has, a device or a host port twice. */
void check_not_overcommitted(const korch_scheduler *s);

#endif

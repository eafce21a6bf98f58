/* What is found while all of a file is looked at: problems are told one by one, and counted. */
#include "base/cleanup.h"
#include "store/sqlite/sqlite.h"
#include <stdarg.h>
#include <stdio.h>

enum { LINE_MAX_BYTES = 1024 };

void korch__sqlite_problem(sqlite_inspection *inspection, const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	va_list arguments;
	if (inspection->n_problems++ >= KORCH_STORE_PROBLEMS_MAX || !inspection->fn)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	/* Names in a damaged file may hold anything; a problem is one line. */
	for (char *at = line; *at; at++) {
		if ((unsigned char)*at < ' ')
			*at = '?';
	}
	inspection->fn(inspection->userdata, line);
}

typedef struct current_counter {
	uint64_t compacted;
	uint64_t n; /* objects that have changed behind `compacted` */
} current_counter;

static int count_changed(void *entry, void *userdata)
{
	current_counter *counter = userdata;
	const korch_object *object = entry;
	counter->n += object->revision > counter->compacted;
	return 0;
}

/* Each revision has a change. */
static void check_revisions(sqlite_inspection *inspection, const sqlite_database *database,
                            const korch_record *records, size_t n)
{
	uint64_t expected = database->state.revision;
	for (size_t i = 0; i < n && expected > database->state.compacted; i++) {
		uint64_t revision = records[i].revision;
		if (revision == expected + 1)
			continue;
		if (revision != expected)
			korch__sqlite_problem(inspection, "log: the changes of revision %llu are missing",
			                      (unsigned long long)expected);
		expected = revision - 1;
	}
	if (expected > database->state.compacted)
		korch__sqlite_problem(inspection, "log: the changes of revision %llu are missing",
		                      (unsigned long long)expected);
}

void korch__sqlite_inspect_log(sqlite_inspection *inspection, const sqlite_database *database,
                               const korch_record *records, size_t n, const korch_btree *current)
{
	/* What is missing already would be told again, as what follows from it. */
	if (inspection->n_problems > 0)
		return;
	check_revisions(inspection, database, records, n);
	current_counter counter = {.compacted = database->state.compacted};
	korch__btree_each_from(current, NULL, count_changed, &counter);
	for (size_t i = 0; i < n; i++)
		counter.n -= korch__btree_find(current, records[i].object) == records[i].object;
	if (counter.n > 0)
		korch__sqlite_problem(inspection, "log: %llu objects were changed without a change in it",
		                      (unsigned long long)counter.n);
}

/* The process that is killed. */
#include "writer.h"
#include <korch/store.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WINDOW = 1024, LONG = 12000 };

typedef struct stream {
	unsigned i;
	uint64_t started;          /* number of the newest transaction */
	uint64_t answered;         /* as many */
	uint64_t revisions[SLOTS]; /* that its slots have, as far as was answered */
} stream;

static struct {
	const writer_options *options;
	korch_loop *loop;
	korch_store *store;
	const korch_kind *kind;
	stream streams[STREAMS];
	uint64_t n;
} writer;

unsigned writer_in_flight(unsigned i)
{
	return i == STREAMS - 1 ? IN_FLIGHT : 1;
}

static void say(writer_message message)
{
	if (write(writer.options->fd, &message, sizeof(message)) != (ssize_t)sizeof(message))
		_exit(1);
}

static void say_failed(int code)
{
	say((writer_message){.type = WRITER_FAILED, .number = (uint64_t)-code});
	_exit(1);
}

static void must(int code)
{
	if (code < 0)
		say_failed(code);
}

/* What is there */

/* What an object's name and annotation say. */
static writer_message about(const korch_object *object)
{
	const char *name = korch_object_name(object);
	const char *number = korch_map_get(object->metadata->annotations, "number");
	return (writer_message){.stream = (uint32_t)(name[0] - '0'),
	                        .slot = (uint32_t)(name[1] - 'a'),
	                        .number = number ? strtoull(number, NULL, 10) : 0};
}

static void on_list(void *userdata, int code, const korch_list_page *page)
{
	int *is_done = userdata;
	must(code);
	for (size_t i = 0; i < page->n; i++) {
		writer_message message = about(page->objects[i]);
		message.revision = page->objects[i]->revision;
		stream *of = &writer.streams[message.stream];
		of->started = of->answered = message.number > of->started ? message.number : of->started;
		of->revisions[message.slot] = message.revision;
		say(message);
	}
	say((writer_message){.type = WRITER_LISTED, .revision = page->revision});
	*is_done = 1;
}

static void tell_state(void)
{
	const korch_list_query query = {0};
	int is_done = 0;
	must(korch_store_list(writer.store, &query, on_list, &is_done));
	while (!is_done)
		korch_loop_step(writer.loop, KORCH_USEC_NEVER);
}

static void tell_changes(void)
{
	korch_watch *watch = NULL;
	const korch_watch_query query = {.since = writer.options->since};
	korch_change change;
	must(korch_store_watch(&watch, writer.store, &query, NULL, NULL));
	int r;
	while ((r = korch_watch_next(watch, &change)) == 1) {
		writer_message message = about(change.object);
		message.type = WRITER_CHANGE;
		message.kind = (uint32_t)change.type;
		message.revision = change.revision;
		say(message);
	}
	must(r);
	say((writer_message){.type = WRITER_WATCHED, .revision = korch_watch_revision(watch)});
	korch_watch_free(watch);
}

/* Writing */

static korch_write put(const stream *of, unsigned slot)
{
	char name[3] = {(char)('0' + of->i), (char)('a' + slot), '\0'};
	char number[24], text[LONG + 1];
	size_t length = of->started % 7 ? 10 : LONG;
	snprintf(number, sizeof(number), "%llu", (unsigned long long)of->started);
	memset(text, 'x', length);
	text[length] = '\0';
	korch_object *object = NULL;
	must(korch_object_new(&object, writer.kind));
	korch_object_meta *meta = korch_object_edit_meta(object);
	must(korch_string_set(&meta->name, name));
	must(korch_string_set(&meta->namespace_, "ns"));
	must(korch_map_set(&meta->annotations, "number", number));
	must(korch_map_set(&meta->annotations, "text", text));
	return (korch_write){.op = KORCH_WRITE_PUT, .object = object};
}

static void start(stream *of);

static void on_commit(void *userdata, int code, const korch_commit_result *result)
{
	stream *of = userdata;
	must(code);
	uint64_t number = ++of->answered;
	say((writer_message){
	    .type = WRITER_ANSWER, .stream = of->i, .number = number, .revision = result->revision});
	of->revisions[0] = of->revisions[1] = result->revision;
	of->revisions[2] = number % 2 ? 0 : result->revision;
	start(of);
}

/* What must be refused, with all that is in it. */
static void on_refused(void *userdata, int code, const korch_commit_result *result)
{
	(void)userdata;
	(void)result;
	if (code != KORCH_E_EXISTS)
		say_failed(KORCH_E_INTERNAL);
}

/* A transaction that expects a slot not to be there, which is; its other object must never be. */
static void start_refused(stream *of)
{
	char name[3] = {(char)('0' + of->i), 'a', '\0'};
	korch_write writes[] = {put(of, SLOTS), {.op = KORCH_WRITE_CHECK}};
	writes[0].expected = KORCH_REVISION_ANY;
	writes[1].key = (korch_key){writer.kind, "ns", name};
	writes[1].expected = KORCH_REVISION_NONE;
	must(korch_store_commit(writer.store, writes, 2, on_refused, of));
}

/* The next transaction of a stream; the first two streams say what they expect. */
static void start(stream *of)
{
	if (writer.n++ >= writer.options->most)
		return;
	of->started++;
	char name[3] = {(char)('0' + of->i), 'c', '\0'};
	korch_write writes[SLOTS] = {put(of, 0), put(of, 1)};
	if (of->started % 2)
		writes[2] = (korch_write){.op = KORCH_WRITE_DELETE, .key = {writer.kind, "ns", name}};
	else
		writes[2] = put(of, 2);
	for (unsigned i = 0; i < SLOTS; i++)
		writes[i].expected = of->i < 2 ? of->revisions[i] : KORCH_REVISION_ANY;
	must(korch_store_commit(writer.store, writes, SLOTS, on_commit, of));
	if (of->started % 5 == 0)
		start_refused(of);
}

static void on_compact(void *userdata, int code, const korch_commit_result *result)
{
	(void)userdata;
	(void)result;
	must(code);
}

void writer_run(const writer_options *options)
{
	const korch_store_sqlite_options how = {
	    .size = sizeof(how), .path = options->path, .window = WINDOW};
	writer.options = options;
	must(korch_loop_new(&writer.loop, NULL));
	must(korch_kind_get(&writer.kind, "v1", "ConfigMap", NULL));
	must(korch_store_sqlite_new(&writer.store, writer.loop, &how, NULL));
	tell_state();
	tell_changes();
	for (unsigned i = 0; i < STREAMS; i++) {
		writer.streams[i].i = i;
		for (unsigned j = 0; j < writer_in_flight(i); j++)
			start(&writer.streams[i]);
	}
	if (options->is_compacting)
		must(korch_store_compact(writer.store, options->since, on_compact, NULL));
	korch_loop_run(writer.loop);
	for (;;)
		pause();
}

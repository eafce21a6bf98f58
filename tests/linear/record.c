/* Writing a history: one line for each event, handed to the kernel at once, as clients get killed.
 */
#include "load.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static FILE *out;
static int counts; /* 1: time is a counter, so that one seed gives one history */
static uint64_t last;

void fail(const char *what, int code)
{
	fprintf(stderr, "linear-load: %s: %s\n", what, code ? korch_code_text(code) : "failed");
	exit(1);
}

const char *code_text(int code)
{
	static char text[16];
	switch (code) {
	case 0:
		return "ok";
	case KORCH_E_CONFLICT:
		return "conflict";
	case KORCH_E_EXISTS:
		return "exists";
	case KORCH_E_NOT_FOUND:
		return "not_found";
	default:
		snprintf(text, sizeof(text), "%s", korch_code_name(code));
		return text;
	}
}

const char *value_of(const korch_object *object)
{
	const char *value = korch_map_get(object->metadata->annotations, "value");
	return value ? value : "?";
}

/* Clocks of all processes are one, CLOCK_MONOTONIC; two events of a process never have one time. */
static uint64_t now(void)
{
	struct timespec time;
	uint64_t t = last + 1;
	if (!counts) {
		clock_gettime(CLOCK_MONOTONIC, &time);
		uint64_t ns = (uint64_t)time.tv_sec * UINT64_C(1000000000) + (uint64_t)time.tv_nsec;
		t = ns > t ? ns : t;
	}
	return last = t;
}

void record_open(const char *path, int is_virtual)
{
	out = fopen(path, "w");
	if (!out)
		fail("cannot write the history", KORCH_E_IO);
	counts = is_virtual;
}

void record_close(void)
{
	if (fclose(out) != 0)
		fail("cannot write the history", KORCH_E_IO);
}

static void begin(const load_client *client)
{
	fprintf(out, "{\"t\":%" PRIu64 ",\"c\":%d", now(), client->number);
}

static void end(void)
{
	fputs("}\n", out);
	if (fflush(out) != 0)
		fail("cannot write the history", KORCH_E_IO);
}

static void write_one(const load_write *write, const char *before)
{
	static const char *const names[] = {"put", "delete", "check"};
	fprintf(out, "%s[\"%s\",\"%s\",", before, names[write->op], write->key);
	fprintf(out, write->op == KORCH_WRITE_PUT ? "\"%s\"," : "null,", write->value);
	if (write->expected == KORCH_REVISION_ANY)
		fputs("null]", out);
	else
		fprintf(out, "%" PRIu64 "]", write->expected);
}

void record_commit(const load_client *client)
{
	begin(client);
	fprintf(out, ",\"call\":%" PRIu64 ",\"do\":\"commit\",\"writes\":[", client->call);
	for (size_t i = 0; i < client->n_writes; i++)
		write_one(&client->writes[i], i ? "," : "");
	fputs("]", out);
	if (client->term)
		fprintf(out, ",\"term\":%" PRIu64, client->term);
	end();
}

void record_get(const load_client *client, const char *key)
{
	begin(client);
	fprintf(out, ",\"call\":%" PRIu64 ",\"do\":\"get\",\"key\":\"%s\"", client->call, key);
	end();
}

void record_list(const load_client *client, uint64_t revision)
{
	begin(client);
	fprintf(out, ",\"call\":%" PRIu64 ",\"do\":\"%s\"", client->call, revision ? "past" : "list");
	end();
}

static void begin_return(const load_client *client, const char *code)
{
	begin(client);
	fprintf(out, ",\"return\":%" PRIu64 ",\"code\":\"%s\"", client->call, code);
}

void record_committed(const load_client *client, const char *code,
                      const korch_commit_result *result)
{
	begin_return(client, code);
	if (result)
		fprintf(out, ",\"revision\":%" PRIu64 ",\"failed\":%zu", result->revision, result->failed);
	end();
}

void record_got(const load_client *client, const char *code, const korch_object *object)
{
	begin_return(client, code);
	if (object)
		fprintf(out, ",\"value\":\"%s\",\"revision\":%" PRIu64, value_of(object), object->revision);
	end();
}

void record_listed(const load_client *client, const char *code)
{
	begin_return(client, code);
	if (strcmp(code, "ok") == 0)
		fprintf(out, ",\"revision\":%" PRIu64 ",\"objects\":[%s]", client->list_revision,
		        client->rows ? client->rows : "");
	end();
}

void record_watch(const load_client *client, uint64_t number, uint64_t since)
{
	begin(client);
	fprintf(out, ",\"watch\":%" PRIu64 ",\"since\":%" PRIu64, number, since);
	end();
}

void record_change(const load_client *client, uint64_t number, const korch_change *change)
{
	static const char *const types[] = {"added", "modified", "deleted"};
	begin(client);
	fprintf(out, ",\"change\":%" PRIu64 ",\"type\":\"%s\",\"key\":\"%s\",\"value\":\"%s\"", number,
	        types[change->type], korch_object_name(change->object), value_of(change->object));
	fprintf(out, ",\"revision\":%" PRIu64, change->revision);
	end();
}

void record_end(const load_client *client, uint64_t number, uint64_t revision)
{
	begin(client);
	fprintf(out, ",\"end\":%" PRIu64 ",\"revision\":%" PRIu64, number, revision);
	end();
}

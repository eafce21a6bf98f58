/*
 * What an earlier program left running: each pod's folder says who it is (spec), and which process its shim is (shim.pid: id and
 * start time, so that a process id that was used again is not mistaken for it).
 */
#include "runtime/process/process.h"

#include "base/cleanup.h"
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SPEC_MAX = 1024 * 1024, SPEC_VERSION = 1 };

static void put_labels(wire_buffer *out, const korch_map *labels)
{
	wire_put_i64(out, labels ? (int64_t)labels->n : 0);
	for (size_t i = 0; labels && i < labels->n; i++) {
		wire_put_string(out, labels->items[i].key);
		wire_put_string(out, labels->items[i].value);
	}
}

static int write_whole(const process_sandbox *sandbox, const wire_buffer *text)
{
	_cleanup_free_ char *path = korch__sprintf("%s/spec", sandbox->folder);
	_cleanup_free_ char *fresh = korch__sprintf("%s/spec.new", sandbox->folder);
	if (!path || !fresh)
		return KORCH_E_NOMEM;
	int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return KORCH_E_IO;
	ssize_t n = write(fd, text->data, text->len);
	if (close(fd) != 0 || n != (ssize_t)text->len || rename(fresh, path) < 0)
		return KORCH_E_IO;
	return 0;
}

int korch__process_save_spec(const process_sandbox *sandbox)
{
	wire_buffer text = {0};
	size_t frame = wire_begin(&text, SPEC_VERSION);
	wire_put_string(&text, sandbox->node);
	wire_put_string(&text, sandbox->pod_namespace);
	wire_put_string(&text, sandbox->pod_name);
	wire_put_string(&text, sandbox->address);
	wire_put_string(&text, sandbox->hostname);
	wire_put_string(&text, sandbox->hosts_file);
	put_labels(&text, sandbox->labels);
	wire_end(&text, frame);
	int code = text.failed ? KORCH_E_NOMEM : write_whole(sandbox, &text);
	wire_fini(&text);
	return code;
}

static int get_labels(korch_map **out, wire_reader *reader)
{
	int64_t n = wire_get_i64(reader);
	if (n < 0 || n > SPEC_MAX / 16 || reader->failed)
		return KORCH_E_PARSE;
	_cleanup_free_ korch_map_entry *pairs = korch__calloc((size_t)n + 1, sizeof(*pairs));
	for (int64_t i = 0; pairs && i < n; i++) {
		pairs[i].key = wire_get_string(reader);
		pairs[i].value = wire_get_string(reader);
	}
	*out = pairs ? korch_map_new(pairs, (size_t)n) : NULL;
	return *out ? 0 : KORCH_E_NOMEM;
}

static int parse_spec(process_sandbox *sandbox, const wire_buffer *text)
{
	wire_reader reader;
	int version = 0;
	if (wire_frame(text, &version, &reader) <= 0 || version != SPEC_VERSION)
		return KORCH_E_PARSE;
	char **const fields[] = {&sandbox->node,	&sandbox->pod_namespace, &sandbox->pod_name,
							 &sandbox->address, &sandbox->hostname,		 &sandbox->hosts_file};
	for (size_t i = 0; i < KORCH_COUNT(fields); i++) {
		*fields[i] = korch__strdup(wire_get_string(&reader));
		if (!*fields[i])
			return KORCH_E_NOMEM;
	}
	int code = get_labels(&sandbox->labels, &reader);
	return reader.failed ? KORCH_E_PARSE : code;
}

/* A spec that cannot be read leaves the fields empty: the pod is still listed, so that it can be removed. */
static void load_spec(process_sandbox *sandbox)
{
	_cleanup_free_ char *path = korch__sprintf("%s/spec", sandbox->folder);
	_cleanup_free_ char *data = korch__alloc(SPEC_MAX);
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t n = data && fd >= 0 ? read(fd, data, SPEC_MAX) : -1;
	if (fd >= 0)
		close(fd);
	if (n > 0) {
		wire_buffer text = {.data = data, .len = (size_t)n, .cap = SPEC_MAX};
		parse_spec(sandbox, &text);
	}
	char **const fields[] = {&sandbox->node,	&sandbox->pod_namespace, &sandbox->pod_name,
							 &sandbox->address, &sandbox->hostname,		 &sandbox->hosts_file};
	for (size_t i = 0; i < KORCH_COUNT(fields); i++)
		if (!*fields[i])
			*fields[i] = korch__strdup("");
}

static int shim_is_alive(const process_sandbox *sandbox)
{
	_cleanup_free_ char *path = korch__sprintf("%s/shim.pid", sandbox->folder);
	FILE *file = path ? fopen(path, "re") : NULL;
	int pid = 0;
	unsigned long long ticks = 0;
	int found = file ? fscanf(file, "%d %llu", &pid, &ticks) : 0;
	if (file)
		fclose(file);
	return found == 2 && pid > 0 && ticks > 0 && korch__process_start_time((pid_t)pid) == ticks;
}

void korch__process_adopt_all(process_runtime *runtime)
{
	_cleanup_free_ char *path = korch__sprintf("%s/pods", runtime->state_folder);
	DIR *folder = path ? opendir(path) : NULL;
	struct dirent *entry;
	while (folder && (entry = readdir(folder))) {
		process_sandbox *sandbox = NULL;
		if (entry->d_name[0] == '.' || korch__process_sandbox_new(&sandbox, runtime, entry->d_name) < 0)
			continue;
		load_spec(sandbox);
		sandbox->state = SANDBOX_LOST;
		if (!shim_is_alive(sandbox) || korch__process_connect(sandbox) < 0)
			korch__process_kill_strays(sandbox->id);
	}
	if (folder)
		closedir(folder);
}

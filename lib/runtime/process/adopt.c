/*
 * What an earlier program left running: each pod's folder says who it is (spec), and which process
 * its shim is (shim.pid: id and start time, so that a process id that was used again is not
 * mistaken for it).
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
	unlink(fresh);
	int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
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
	int code = wire_end(&text, frame) < 0 ? KORCH_E_NOMEM : 0;
	if (code == 0)
		code = text.len <= SPEC_MAX ? write_whole(sandbox, &text) : KORCH_E_LIMIT;
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
	char **const fields[] = {&sandbox->node,    &sandbox->pod_namespace, &sandbox->pod_name,
	                         &sandbox->address, &sandbox->hostname,      &sandbox->hosts_file};
	for (size_t i = 0; i < KORCH_COUNT(fields); i++) {
		*fields[i] = korch__strdup(wire_get_string(&reader));
		if (!*fields[i])
			return KORCH_E_NOMEM;
	}
	int code = get_labels(&sandbox->labels, &reader);
	return reader.failed ? KORCH_E_PARSE : code;
}

/*
 * A spec that cannot be read leaves the fields empty: the pod is still listed, so that it can be
 * removed.
 */
static int load_spec(process_sandbox *sandbox)
{
	_cleanup_free_ char *path = korch__sprintf("%s/spec", sandbox->folder);
	_cleanup_free_ char *data = korch__alloc(SPEC_MAX);
	if (!path || !data)
		return KORCH_E_NOMEM;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	ssize_t n = fd >= 0 ? read(fd, data, SPEC_MAX) : -1;
	if (fd >= 0)
		close(fd);
	wire_buffer text = {.data = data, .len = n > 0 ? (size_t)n : 0, .cap = SPEC_MAX};
	if (parse_spec(sandbox, &text) == KORCH_E_NOMEM)
		return KORCH_E_NOMEM;
	char **const fields[] = {&sandbox->node,    &sandbox->pod_namespace, &sandbox->pod_name,
	                         &sandbox->address, &sandbox->hostname,      &sandbox->hosts_file};
	for (size_t i = 0; i < KORCH_COUNT(fields); i++)
		if (!*fields[i] && !(*fields[i] = korch__strdup("")))
			return KORCH_E_NOMEM;
	return 0;
}

/* Whoever is short of memory here gives up, and kills nothing. What stays lost is seen to later. */
static int adopt(process_runtime *runtime, const char *id)
{
	process_sandbox *sandbox = NULL;
	int code = korch__process_sandbox_new(&sandbox, runtime, id);
	if (code == 0)
		code = load_spec(sandbox);
	if (code < 0)
		return code;
	if (korch__process_shim_alive(sandbox)) {
		code = korch__process_connect(sandbox);
		if (code != KORCH_E_IO)
			return code;
		korch__process_shim_kill(sandbox); /* nobody can talk to it */
	}
	return 0;
}

int korch__process_adopt_all(process_runtime *runtime)
{
	_cleanup_free_ char *path = korch__sprintf("%s/pods", runtime->state_folder);
	DIR *folder = path ? opendir(path) : NULL;
	struct dirent *entry;
	int code = folder ? 0 : path ? KORCH_E_IO : KORCH_E_NOMEM;
	while (code == 0 && (entry = readdir(folder)))
		if (korch__process_is_valid_id(entry->d_name) &&
		    (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN))
			code = adopt(runtime, entry->d_name);
	if (folder)
		closedir(folder);
	if (code == 0)
		korch__process_kill_strays_of_lost(runtime);
	return code;
}

/* What the shim is told and what it answers. */
#include "runtime/process/shim/shim.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	CONTAINERS_MAX = 256, /* that run */
	RECORDS_MAX = 1024,   /* with those that have ended and are not forgotten yet */
	EXECS_MAX = 256,
	EXEC_WORDS_MAX = 1024,
};

/*
 * Whoever cannot be told something loses the connection, connects again, and asks for everything.
 */
static void end_frame(shim_state *shim, size_t frame)
{
	if (wire_end(&shim->out, frame) < 0)
		shim_disconnect(shim);
}

static shim_container *find(const shim_state *shim, const char *id)
{
	for (shim_container *container = shim->containers; container; container = container->next)
		if (strcmp(container->id, id) == 0)
			return container;
	return NULL;
}

static void free_container(shim_container *container)
{
	free(container->id);
	free(container->name);
	shim_free_list(container->env);
	shim_free_list(container->cgroups);
	shim_log_close(&container->log);
	free(container->log.path);
	if (container->out.fd >= 0)
		close(container->out.fd);
	if (container->err.fd >= 0)
		close(container->err.fd);
	free(container);
}

static void drop_exec(shim_state *shim, const shim_exec *exec)
{
	for (shim_exec **slot = &shim->execs; *slot; slot = &(*slot)->next) {
		if (*slot != exec)
			continue;
		shim_exec *gone = *slot;
		*slot = gone->next;
		if (gone->fd >= 0)
			close(gone->fd);
		wire_fini(&gone->output);
		free(gone);
		return;
	}
}

void shim_forget_all(shim_state *shim)
{
	while (shim->containers) {
		shim_container *container = shim->containers;
		shim->containers = container->next;
		free_container(container);
	}
	while (shim->execs)
		drop_exec(shim, shim->execs);
	shim_disconnect(shim);
	wire_fini(&shim->in);
}

static void tell_failed(shim_state *shim, const char *id, const char *reason, const char *message)
{
	size_t frame = wire_begin(&shim->out, WIRE_FAILED);
	wire_put_string(&shim->out, id);
	wire_put_string(&shim->out, reason);
	wire_put_string(&shim->out, message);
	end_frame(shim, frame);
}

static void tell_started(shim_state *shim, const shim_container *container)
{
	size_t frame = wire_begin(&shim->out, WIRE_STARTED);
	wire_put_string(&shim->out, container->id);
	wire_put_i64(&shim->out, container->pid);
	wire_put_i64(&shim->out, container->started_us);
	end_frame(shim, frame);
}

void shim_tell_exited(shim_state *shim, const shim_container *container)
{
	if (shim->connection < 0)
		return; /* whoever connects next will list */
	size_t frame = wire_begin(&shim->out, WIRE_EXITED);
	wire_put_string(&shim->out, container->id);
	wire_put_i64(&shim->out, container->exit_code);
	wire_put_i64(&shim->out, container->signal);
	wire_put_i64(&shim->out, container->finished_us);
	end_frame(shim, frame);
}

void shim_tell_execed(shim_state *shim, shim_exec *exec)
{
	shim_exec_read(exec);
	size_t frame = wire_begin(&shim->out, WIRE_EXECED);
	wire_put_i64(&shim->out, exec->serial);
	wire_put_i64(&shim->out, exec->timed_out ? WIRE_CODE_TIMEOUT : 0);
	wire_put_i64(&shim->out, exec->exit_code);
	wire_put_bytes(&shim->out, exec->output.data ? exec->output.data : "", exec->output.len);
	end_frame(shim, frame);
	drop_exec(shim, exec);
}

static int is_full(const shim_state *shim)
{
	size_t n = 0;
	size_t running = 0;
	for (const shim_container *container = shim->containers; container;
	     container = container->next) {
		n++;
		running += container->phase != PHASE_EXITED;
	}
	return running >= CONTAINERS_MAX || n >= RECORDS_MAX;
}

static void handle_start(shim_state *shim, wire_reader *reader)
{
	shim_start start;
	char message[512] = "the request to the pod's shim is malformed";
	if (shim_read_start(&start, reader) < 0) {
		tell_failed(shim, start.id, "StartError", message);
		shim_start_fini(&start);
		return;
	}
	shim_container *container = find(shim, start.id);
	if (container) {
		tell_started(shim, container);
		if (container->phase == PHASE_EXITED)
			shim_tell_exited(shim, container);
	} else if (is_full(shim) || !(container = calloc(1, sizeof(*container)))) {
		tell_failed(shim, start.id, "StartError", "too many containers in this pod");
	} else {
		container->out.fd = container->err.fd = container->log.fd = -1;
		if (shim_start_container(container, &start, message, sizeof(message)) == 0) {
			container->next = shim->containers;
			shim->containers = container;
			tell_started(shim, container);
		} else {
			tell_failed(shim, start.id, "StartError", message);
			free_container(container);
		}
	}
	shim_start_fini(&start);
}

static void tell_id(shim_state *shim, int type, const char *id)
{
	size_t frame = wire_begin(&shim->out, type);
	wire_put_string(&shim->out, id);
	end_frame(shim, frame);
}

static void handle_stop(shim_state *shim, wire_reader *reader)
{
	const char *id = wire_get_string(reader);
	int signal = (int)wire_get_i64(reader);
	int64_t grace_us = wire_get_i64(reader);
	shim_container *container = find(shim, id);
	if (container && !reader->failed)
		shim_stop(shim, container, signal, grace_us);
	tell_id(shim, WIRE_STOPPING, id);
}

static void handle_remove(shim_state *shim, wire_reader *reader)
{
	const char *id = wire_get_string(reader);
	for (shim_container **slot = &shim->containers; *slot; slot = &(*slot)->next) {
		shim_container *container = *slot;
		if (strcmp(container->id, id) != 0 || container->phase != PHASE_EXITED)
			continue;
		*slot = container->next;
		free_container(container);
		break;
	}
	tell_id(shim, WIRE_REMOVED, id);
}

static void refuse_exec(shim_state *shim, int64_t serial, int code, const char *message)
{
	size_t frame = wire_begin(&shim->out, WIRE_EXECED);
	wire_put_i64(&shim->out, serial);
	wire_put_i64(&shim->out, code);
	wire_put_i64(&shim->out, 126);
	wire_put_string(&shim->out, message);
	end_frame(shim, frame);
}

/* Why a command cannot be run; NULL: it can. */
static const char *check_exec(const shim_state *shim, const shim_container *container,
                              int64_t n_words, int *code)
{
	size_t running = 0;
	for (const shim_exec *other = shim->execs; other; other = other->next)
		running++;
	*code = WIRE_CODE_LIMIT;
	if (n_words < 1 || n_words > EXEC_WORDS_MAX)
		return "a command has 1 to 1024 words";
	if (running >= EXECS_MAX)
		return "too many commands at once";
	*code = WIRE_CODE_NOT_FOUND;
	return container && container->phase == PHASE_RUNNING ? NULL : "the container is not running";
}

static void handle_exec(shim_state *shim, wire_reader *reader)
{
	int64_t serial = wire_get_i64(reader);
	const shim_container *container = find(shim, wire_get_string(reader));
	int64_t n = wire_get_i64(reader);
	char *argv[EXEC_WORDS_MAX + 1] = {0};
	char message[512];
	int code;
	const char *refusal = check_exec(shim, container, n, &code);
	for (int64_t i = 0; !refusal && i < n; i++)
		argv[i] = (char *)(uintptr_t)wire_get_string(reader);
	int64_t timeout_us = wire_get_i64(reader);
	int64_t limit = wire_get_i64(reader);
	shim_exec *exec = refusal || reader->failed ? NULL : calloc(1, sizeof(*exec));
	if (!exec) {
		refuse_exec(shim, serial, refusal ? code : WIRE_CODE_LIMIT,
		            refusal ? refusal : "the request cannot be kept");
		return;
	}
	exec->serial = serial;
	exec->fd = -1;
	exec->limit = limit > 0 && limit < WIRE_FRAME_MAX / 2 ? (size_t)limit : 65536;
	exec->deadline_us =
	    timeout_us > 0 && timeout_us < INT64_MAX / 2 ? shim_clock_us() + timeout_us : 0;
	if (shim_start_exec(exec, container, argv, message, sizeof(message)) < 0) {
		free(exec);
		refuse_exec(shim, serial, WIRE_CODE_LIMIT, message);
		return;
	}
	exec->next = shim->execs;
	shim->execs = exec;
}

static void handle_list(shim_state *shim)
{
	for (const shim_container *container = shim->containers; container;
	     container = container->next) {
		size_t frame = wire_begin(&shim->out, WIRE_CONTAINER);
		wire_put_string(&shim->out, container->id);
		wire_put_string(&shim->out, container->name);
		wire_put_i64(&shim->out, container->restarts);
		wire_put_i64(&shim->out, container->phase == PHASE_EXITED ? PHASE_EXITED : PHASE_RUNNING);
		wire_put_i64(&shim->out, container->pid);
		wire_put_i64(&shim->out, container->started_us);
		wire_put_i64(&shim->out, container->finished_us);
		wire_put_i64(&shim->out, container->exit_code);
		wire_put_i64(&shim->out, container->signal);
		end_frame(shim, frame);
	}
	end_frame(shim, wire_begin(&shim->out, WIRE_LISTED));
}

static void handle(shim_state *shim, int type, wire_reader *reader)
{
	switch (type) {
	case WIRE_START:
		handle_start(shim, reader);
		break;
	case WIRE_STOP:
		handle_stop(shim, reader);
		break;
	case WIRE_REMOVE:
		handle_remove(shim, reader);
		break;
	case WIRE_EXEC:
		handle_exec(shim, reader);
		break;
	case WIRE_LIST:
		handle_list(shim);
		break;
	case WIRE_END:
		shim->is_ending = 1;
		break;
	default:
		break;
	}
}

void shim_disconnect(shim_state *shim)
{
	if (shim->connection >= 0)
		close(shim->connection);
	shim->connection = -1;
	wire_fini(&shim->out);
}

void shim_handle_frames(shim_state *shim)
{
	wire_reader reader;
	int type;
	long size = 0;
	while (shim->connection >= 0 && (size = wire_frame(&shim->in, &type, &reader)) > 0) {
		handle(shim, type, &reader);
		wire_consume(&shim->in, (size_t)size);
	}
	if (size < 0)
		shim_disconnect(shim);
}

void shim_flush(shim_state *shim)
{
	while (shim->connection >= 0 && shim->out.len) {
		ssize_t n = write(shim->connection, shim->out.data, shim->out.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return;
		if (n <= 0)
			shim_disconnect(shim);
		else
			wire_consume(&shim->out, (size_t)n);
	}
	if (shim->connection < 0) {
		wire_fini(&shim->out);
		wire_fini(&shim->in);
	}
}

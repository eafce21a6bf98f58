/*
 * korch up PATH…: a cluster inside this process that runs the manifests, until Ctrl-C. This file is
 * the session: what happens when. What it shows is in up/rows.c, how in up/terminal.c, lines.c and
 * json.c; how it ends in up/ending.c.
 */
#include "tool.h"
#include "up/session.h"
#include "up/standby.h"

#include <fcntl.h>
#include <korch/api.h>
#include <korch/cluster.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum {
	REFRESH_US = 50000,
	SETTLE_US = 1000000,
	NODE_LEASE_US = 10000000,
};

static void mark_dirty(session *self)
{
	if (korch_timer_due(self->refresh) == KORCH_USEC_NEVER ||
	    korch_timer_due(self->refresh) > korch_loop_now(self->loop) + REFRESH_US)
		korch_timer_set(self->refresh, korch_loop_now(self->loop) + REFRESH_US);
}

static void on_refresh(void *userdata)
{
	((session *)userdata)->is_dirty = 1;
}

static int is_shown(const korch_kind *kind)
{
	return kind == &korch_deployment_kind || kind == &korch_replica_set_kind ||
	       kind == &korch_pod_kind || kind == &korch_service_kind || kind == &korch_rollout_kind ||
	       kind == &korch_analysis_run_kind || kind == &korch_flagger_canary_kind;
}

static void on_change(void *userdata, const korch_change *change)
{
	session *self = userdata;
	const korch_kind *kind = change->object->kind;
	if (kind == &korch_event_kind && change->type != KORCH_CHANGE_DELETED) {
		const korch_view *view = korch_engine_view(korch_cluster_engine(self->cluster));
		self->output->ops->event(self->output, change->object,
		                         rows_note_event(&self->rows, view, change->object));
		mark_dirty(self);
	} else if (is_shown(kind)) {
		mark_dirty(self);
	}
}

static void on_signal(void *userdata, int fd, int events)
{
	session *self = userdata;
	struct signalfd_siginfo info;
	while (read(fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGWINCH)
			self->is_dirty = 1;
		else
			self->n_interrupts++;
		if (info.ssi_signo == SIGQUIT || (info.ssi_signo == SIGTERM && self->elector))
			self->hands_over = 1;
	}
}

static void on_key(void *userdata, int fd, int events)
{
	session *self = userdata;
	char bytes[64];
	ssize_t n = read(fd, bytes, sizeof(bytes));
	if (n <= 0) {
		korch_poll_set(self->key_poll, 0);
		return;
	}
	self->wish = self->output->ops->keys(self->output, bytes, (size_t)n, &self->asked);
	if (self->wish == WISH_QUIT)
		self->n_interrupts++;
}

static void on_files(void *userdata)
{
	((session *)userdata)->is_changed_on_disk = 1;
}

void session_show(session *self)
{
	korch_usec now = korch_loop_now(self->loop);
	self->is_dirty = 0;
	rows_refresh(&self->rows, korch_engine_view(korch_cluster_engine(self->cluster)));
	self->output->ops->rows(self->output, &self->rows, now);
	korch_usec due = self->output->ops->due ? self->output->ops->due(self->output, &self->rows, now)
	                                        : KORCH_USEC_NEVER;
	if (korch_timer_due(self->refresh) > due)
		korch_timer_set(self->refresh, due);
}

static void serve(session *self)
{
	while (self->n_interrupts == 0 && standby_leads(self)) {
		korch_loop_step(self->loop, KORCH_USEC_NEVER);
		if (!standby_leads(self))
			return;
		if (self->wish != WISH_NONE)
			session_grant(self);
		if (self->is_changed_on_disk) {
			self->is_changed_on_disk = 0;
			korch_manifest *manifest = session_read(self);
			if (manifest)
				session_apply(self, manifest);
		}
		if (self->is_dirty)
			session_show(self);
	}
}

static int open_output(session *self)
{
	const char *wanted = self->options->output;
	if (wanted && strcmp(wanted, "json") == 0)
		return output_json_new(&self->output);
	if (!wanted && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	    output_terminal_new(&self->output) == 0)
		return 0;
	return output_lines_new(&self->output);
}

/* Signals come through the loop, so that nothing is interrupted in the middle. */
static int open_signals(session *self)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGWINCH);
	if (self->options->state)
		sigaddset(&set, SIGQUIT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	self->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (self->signals < 0)
		return KORCH_E_LIMIT;
	return korch_poll_new(&self->signal_poll, self->loop, self->signals, KORCH_POLL_IN, on_signal,
	                      self);
}

static int open_keys(session *self)
{
	if (!self->output->ops->keys)
		return 0;
	self->stdin_flags = fcntl(STDIN_FILENO, F_GETFL);
	return korch_poll_new(&self->key_poll, self->loop, STDIN_FILENO, KORCH_POLL_IN, on_key, self);
}

/* The folder and the store; its lock says best who else is there. */
static int open_store(session *self, korch_error **err)
{
	const up_options *options = self->options;
	if (!options->state)
		return 0;
	int code = options->store
	               ? state_in_etcd(&self->state, options->state, options_prefix(options), err)
	               : state_at(&self->state, options->state, options->paths.n > 0, err);
	if (code == 0)
		code = tool_sealing_open(&self->sealer, &options->sealing, err);
	if (code == 0)
		code = up_store_open(&self->store, self->loop, options, self->sealer, &self->state, err);
	return code < 0 ? code : standby_open(self, err);
}

static int open_for_a_while(session *self, const korch_process_options *process, korch_error **err)
{
	char text[96];
	size_t cleaned = 0;
	int code = state_open(&self->state, &self->runtime, self->loop, process, &cleaned, err);
	if (cleaned) {
		snprintf(text, sizeof(text), "stopped %zu pod%s that an earlier korch had left running",
		         cleaned, cleaned == 1 ? "" : "s");
		self->output->ops->note(self->output, text);
	}
	return code;
}

static int open_state(session *self, korch_error **err)
{
	const korch_process_options process = {.size = sizeof(process),
	                                       .state_folder = "/",
	                                       .images = self->options->images,
	                                       .n_images = self->options->n_images};
	return self->options->state ? standby_runtime(self, &process, err)
	                            : open_for_a_while(self, &process, err);
}

static int open_cluster(session *self, korch_error **err)
{
	int code = open_state(self, err);
	if (code < 0)
		return code;
	const korch_cluster_node node = {.name = self->options->node};
	const korch_cluster_options cluster = {
	    .size = sizeof(cluster),
	    .loop = self->loop,
	    .store = self->store,
	    .runtime = self->runtime,
	    .state_folder = self->state.cluster_folder,
	    .scheduler = self->scheduler.is_given ? &self->scheduler.options : NULL,
	    .haproxy = self->options->router && strcmp(self->options->router, "haproxy") == 0,
	    .prometheus = self->options->prometheus,
	    .nodes = node.name ? &node : NULL,
	    .n_nodes = node.name != NULL,
	    .lease_period_us = self->elector ? NODE_LEASE_US : 0,
	    .elector = self->elector};
	if (!self->scheduler.is_default)
		self->output->ops->note(self->output,
		                        "warning: no profile is named default-scheduler: pods that name "
		                        "no schedulerName are left alone");
	code = korch_cluster_open(&self->cluster, &cluster, err);
	self->rows.cluster = self->cluster;
	if (code == 0 && self->sealer) {
		up_sealer_warn(self->sealer, self->output);
		up_sealer_renew(self->store, self->output);
	}
	if (code < 0) {
		korch_runtime_free(self->runtime);
		self->runtime = NULL;
	}
	return code < 0
	           ? code
	           : korch_engine_observe(korch_cluster_engine(self->cluster), on_change, self, NULL);
}

static int open_session(session *self, korch_error **err)
{
	int code = korch_loop_new(&self->loop, err);
	if (code == 0)
		code = open_signals(self);
	if (code == 0)
		code = korch_timer_new(&self->refresh, self->loop, on_refresh, self);
	if (code == 0)
		code = open_output(self);
	if (code == 0)
		code = open_keys(self);
	if (code == 0)
		code = open_store(self, err);
	if (code == 0 && !self->options->no_watch && self->options->paths.n)
		code = files_watch(&self->files, self->loop, &self->options->paths, on_files, self);
	return code < 0 && err && !*err ? korch_error_set(err, code, "%s", korch_code_text(code))
	                                : code;
}

static void close_cluster(session *self)
{
	korch_cluster_close(self->cluster);
	self->cluster = NULL;
	self->runtime = NULL;
	rows_fini(&self->rows);
	self->rows.scheduler = &self->scheduler;
}

static void close_session(session *self)
{
	if (self->cluster) {
		close_cluster(self);
		state_remove(&self->state);
	}
	standby_close(self);
	korch_store_free(self->store);
	korch_sealer_free(self->sealer);
	files_free(self->files);
	korch_poll_free(self->key_poll);
	korch_poll_free(self->signal_poll);
	korch_timer_free(self->refresh);
	if (self->signals >= 0)
		close(self->signals);
	if (self->output && self->output->ops->keys)
		fcntl(STDIN_FILENO, F_SETFL, self->stdin_flags);
	if (self->output)
		self->output->ops->close(self->output);
	korch_loop_free(self->loop);
	rows_fini(&self->rows);
	up_scheduler_fini(&self->scheduler);
	korch_manifest_free(self->manifest);
}

/* Before anything is started: what is wrong is said, and nothing has happened. NULL: it was. */
static korch_manifest *read_input(session *self)
{
	korch_error *error = NULL;
	if (up_scheduler_load(&self->scheduler, self->options->scheduler_profile, &error) < 0) {
		tool_fail(error);
		return NULL;
	}
	korch_manifest *manifest = session_read(self);
	if (manifest && self->options->paths.n && korch_manifest_count(manifest) == 0) {
		korch_manifest_free(manifest);
		fprintf(stderr, "korch: there is no object in these manifests\n");
		return NULL;
	}
	return manifest;
}

/*
 * What is applied first. Behind another leader that is what the files say now: what was read before
 * may be older than what that one has done; it counts only where they are wrong now.
 */
static korch_manifest *take_manifest(session *self, korch_manifest **first)
{
	korch_manifest **from = *first ? first : &self->manifest;
	korch_manifest *manifest = *from;
	*from = NULL;
	if (manifest && !self->has_followed)
		return manifest;
	self->has_followed = self->is_changed_on_disk = 0;
	korch_manifest *now = session_read(self);
	if (!now)
		return manifest;
	korch_manifest_free(manifest);
	return now;
}

/* Serves until it is told to end, or leads no more. */
static int serve_in_order(session *self, korch_manifest *manifest)
{
	/* The node is there before the first pod wants one. */
	korch_cluster_settle(self->cluster, SETTLE_US, NULL);
	int code = session_apply(self, manifest);
	if (code < 0)
		return code;
	session_show(self);
	serve(self);
	if (!standby_leads(self))
		return 0;
	return self->hands_over ? session_leave(self) : session_stop(self);
}

/* One term, from the opening of the cluster to its end. *first: taken. */
static int run_term(session *self, korch_manifest **first, korch_error **err)
{
	int code = open_cluster(self, err);
	if (code == 0) {
		korch_manifest *manifest = take_manifest(self, first);
		code = manifest ? serve_in_order(self, manifest) : KORCH_E_INVALID;
	}
	if (standby_leads(self) || self->n_interrupts > 0)
		return code;
	/* Another one leads: whatever went wrong is of no interest any more. */
	if (err && *err)
		korch_error_free(*err);
	*err = NULL;
	if (self->cluster)
		close_cluster(self);
	return 0;
}

static int run(const up_options *options)
{
	session self = {.options = options, .signals = -1};
	self.rows.scheduler = &self.scheduler;
	korch_error *error = NULL;
	korch_manifest *manifest = read_input(&self);
	int code = manifest ? open_session(&self, &error) : KORCH_E_INVALID;
	while (code == 0 && standby_wait(&self)) {
		code = run_term(&self, &manifest, &error);
		if (!self.elector || self.n_interrupts > 0)
			break;
	}
	korch_manifest_free(manifest);
	close_session(&self);
	if (code < 0 && code != KORCH_E_CANCELED)
		return error ? tool_fail(error) : EXIT_FAILED;
	return EXIT_FINE;
}

int tool_up(int argc, char **argv)
{
	up_options options = {0};
	int code = options_parse(&options, argc, argv);
	if (code == EXIT_FINE)
		code = run(&options);
	options_fini(&options);
	return code < 0 ? EXIT_FINE : code;
}

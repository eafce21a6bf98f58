/* Watching manifest files. Folders are watched, not files: editors replace a file by another of the
 * same name. */
#include "up/files.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WATCHES_MAX = 4096, DEBOUNCE_US = 200000 };

typedef struct place {
	int id;     /* of inotify */
	char *name; /* the only file that matters, NULL: all manifests in the folder */
} place;

struct files {
	int fd;
	korch_loop *loop;
	korch_poll *poll;
	korch_timer *debounce;
	korch_loop_fn changed;
	void *userdata;
	place places[WATCHES_MAX];
	size_t n;
};

static int is_manifest(const char *name)
{
	static const char *const ENDINGS[] = {".yaml", ".yml", ".json"};
	size_t length = strlen(name);
	for (size_t i = 0; i < sizeof(ENDINGS) / sizeof(ENDINGS[0]) && *name != '.'; i++) {
		size_t ending = strlen(ENDINGS[i]);
		if (length > ending && strcmp(name + length - ending, ENDINGS[i]) == 0)
			return 1;
	}
	return 0;
}

static int is_about_us(const files *self, int id, const char *name)
{
	for (size_t i = 0; i < self->n; i++)
		if (self->places[i].id == id &&
		    (self->places[i].name ? strcmp(self->places[i].name, name) == 0 : is_manifest(name)))
			return 1;
	return 0;
}

static void on_change(void *userdata, int fd, int events)
{
	files *self = userdata;
	char buffer[16384] __attribute__((aligned(8)));
	ssize_t n;
	int matters = 0;
	while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
		for (char *at = buffer; at < buffer + n;) {
			const struct inotify_event *event = (const struct inotify_event *)at;
			matters |= (event->mask & IN_Q_OVERFLOW) ||
			           (event->len && is_about_us(self, event->wd, event->name));
			at += sizeof(*event) + event->len;
		}
	}
	if (matters)
		korch_timer_set(self->debounce, korch_loop_now(self->loop) + DEBOUNCE_US);
}

static void add_place(files *self, const char *folder, const char *name)
{
	if (self->n == WATCHES_MAX)
		return;
	int id = inotify_add_watch(
	    self->fd, folder, IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR);
	if (id < 0)
		return;
	self->places[self->n++] = (place){.id = id, .name = name ? strdup(name) : NULL};
}

static void add_folder(files *self, const char *path, int recursive, int depth)
{
	add_place(self, path, NULL);
	DIR *folder = recursive && depth < 64 ? opendir(path) : NULL;
	struct dirent *entry;
	while (folder && (entry = readdir(folder))) {
		char below[PATH_MAX];
		if (entry->d_name[0] == '.' || entry->d_type != DT_DIR ||
		    snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) >= (int)sizeof(below))
			continue;
		add_folder(self, below, recursive, depth + 1);
	}
	if (folder)
		closedir(folder);
}

static void add_path(files *self, const char *path, int recursive)
{
	struct stat status;
	char folder[PATH_MAX];
	if (strcmp(path, "-") == 0 || stat(path, &status) < 0)
		return;
	if (S_ISDIR(status.st_mode)) {
		add_folder(self, path, recursive, 0);
		return;
	}
	if (snprintf(folder, sizeof(folder), "%s", path) >= (int)sizeof(folder))
		return;
	char *slash = strrchr(folder, '/');
	if (!slash) {
		add_place(self, ".", path);
		return;
	}
	slash[slash == folder ? 1 : 0] = 0;
	add_place(self, folder, strrchr(path, '/') + 1);
}

int files_watch(files **out, korch_loop *loop, const tool_paths *paths, korch_loop_fn changed,
                void *userdata)
{
	files *self = calloc(1, sizeof(*self));
	if (!self)
		return KORCH_E_NOMEM;
	self->loop = loop;
	self->changed = changed;
	self->userdata = userdata;
	self->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	int code =
	    self->fd < 0 ? KORCH_E_LIMIT : korch_timer_new(&self->debounce, loop, changed, userdata);
	if (code == 0)
		code = korch_poll_new(&self->poll, loop, self->fd, KORCH_POLL_IN, on_change, self);
	if (code < 0) {
		files_free(self);
		return code;
	}
	for (size_t i = 0; i < paths->n; i++)
		add_path(self, paths->paths[i], paths->recursive);
	*out = self;
	return 0;
}

size_t files_count(const files *self)
{
	return self ? self->n : 0;
}

void files_free(files *self)
{
	if (!self)
		return;
	korch_poll_free(self->poll);
	korch_timer_free(self->debounce);
	if (self->fd >= 0)
		close(self->fd);
	for (size_t i = 0; i < self->n; i++)
		free(self->places[i].name);
	free(self);
}

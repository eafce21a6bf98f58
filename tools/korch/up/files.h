/* Watching manifest files for changes (inotify). Says that something has changed, not what:
 * everything is read again. */
#ifndef KORCH_UP_FILES_H
#define KORCH_UP_FILES_H

#include "tool.h"
#include <korch/loop.h>

typedef struct files files;

/* changed runs from the loop a moment after the last change, so that an editor's several writes
 * count once. */
int files_watch(files **out, korch_loop *loop, const tool_paths *paths, korch_loop_fn changed,
                void *userdata);
void files_free(files *files);
/* How many files and folders are watched. */
size_t files_count(const files *files);

#endif

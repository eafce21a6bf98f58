/* A cluster's folder on disk: where pods have their volumes and logs. */
#ifndef KORCH_CLUSTER_FOLDER_H
#define KORCH_CLUSTER_FOLDER_H

#include <korch/error.h>

/* *out (the caller's) is the absolute path: `wish`, created when it is missing, or a new temporary
 * folder for NULL. */
int korch__state_folder_make(char **out, const char *wish, korch_error **err);

#endif

/* What a person wished for by a key, done. */
#include "up/session.h"

#include <korch/api.h>
#include <korch/rollout.h>
#include <stdio.h>
#include <string.h>

static int is_paused_by_spec(const session *self, const tool_row *row)
{
	const korch_view *view = korch_engine_view(korch_cluster_engine(self->cluster));
	const korch_rollout *rollout = (const korch_rollout *)korch_view_get(
	    view, &korch_rollout_kind, row->namespace_, row->name);
	return rollout && rollout->spec && rollout->spec->paused;
}

/* "IMAGE" for all containers, "CONTAINER=IMAGE" for one. A container's name has no slash, colon or
 * at sign, so that an image with "=" behind one of them is an image. */
static int set_image(session *self, const tool_row *row, korch_error **err)
{
	char container[ASKED_TEXT] = "*";
	const char *image = self->asked.text;
	size_t length = strcspn(image, "=/:@");
	if (image[length] == '=') {
		snprintf(container, sizeof(container), "%.*s", (int)length, image);
		image += length + 1;
	}
	return korch_rollouts_set_image(self->cluster, row->namespace_, row->name, container, image,
	                                err);
}

static int scale(session *self, const tool_row *row, int by, korch_error **err)
{
	const korch_key key = {row->kind, row->namespace_, row->name};
	if (row->desired + by < 0)
		return 0;
	return korch_cluster_scale(self->cluster, &key, row->desired + by, err);
}

static int grant_rollout(session *self, tool_wish wish, const tool_row *row, const char **said,
                         korch_error **err)
{
	korch_cluster *cluster = self->cluster;
	switch (wish) {
	case WISH_PROMOTE:
	case WISH_PROMOTE_FULL:
		*said = wish == WISH_PROMOTE ? "promoted" : "promoted all the way";
		return korch_rollouts_promote(cluster, row->namespace_, row->name,
		                              wish == WISH_PROMOTE_FULL, err);
	case WISH_ABORT:
		*said = "aborted";
		return korch_rollouts_abort(cluster, row->namespace_, row->name, err);
	case WISH_RETRY:
		*said = "tried again";
		return korch_rollouts_retry(cluster, row->namespace_, row->name, err);
	case WISH_PAUSE: {
		int is_paused = is_paused_by_spec(self, row);
		*said = is_paused ? "resumed" : "paused";
		return korch_rollouts_pause(cluster, row->namespace_, row->name, !is_paused, err);
	}
	case WISH_SET_IMAGE:
		*said = "image set";
		return set_image(self, row, err);
	case WISH_UNDO:
		*said = "rolling back to the revision before";
		return korch_rollouts_undo(cluster, row->namespace_, row->name, 0, err);
	case WISH_RESTART:
		*said = "restarting";
		return korch_rollouts_restart(cluster, row->namespace_, row->name, err);
	default:
		return scale(self, row, wish == WISH_MORE ? 1 : -1, err);
	}
}

static int grant_workload(session *self, tool_wish wish, const tool_row *row, const char **said,
                          korch_error **err)
{
	switch (wish) {
	case WISH_UNDO:
		*said = "rolling back to the revision before";
		return korch_cluster_undo(self->cluster, row->namespace_, row->name, 0, err);
	case WISH_RESTART:
		return korch_cluster_restart(self->cluster, row->namespace_, row->name, err);
	case WISH_MORE:
	case WISH_LESS:
		return scale(self, row, wish == WISH_MORE ? 1 : -1, err);
	default:
		return 0;
	}
}

void session_grant(session *self)
{
	tool_wish wish = self->wish;
	korch_error *error = NULL;
	const char *said = NULL;
	self->wish = WISH_NONE;
	self->is_dirty = 1;
	if (wish == WISH_NONE || wish == WISH_QUIT || wish == WISH_REDRAW ||
	    self->asked.selected >= self->rows.n)
		return;
	const tool_row row = self->rows.items[self->asked.selected];
	int is_rollout = row.kind == &korch_rollout_kind;
	int code = is_rollout ? grant_rollout(self, wish, &row, &said, &error)
	                      : grant_workload(self, wish, &row, &said, &error);
	if (code < 0) {
		session_tell(self, error);
	} else if (said && is_rollout) {
		char text[ROW_NAME_MAX + 64];
		char title[ROW_NAME_MAX];
		row_title(title, sizeof(title), &row);
		snprintf(text, sizeof(text), "%s: %s", title, said);
		self->output->ops->note(self->output, text);
	} else if (said) {
		self->output->ops->note(self->output, said);
	}
}

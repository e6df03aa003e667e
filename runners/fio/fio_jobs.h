/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fio_jobs.h: jobs of fio that outlived it. Each job is a process with a session
 * of its own (setsid in fio's thread_main), so what kills fio and its group
 * leaves them running, and the mount they work on busy.
 */
#ifndef FSDUEL_RUNNERS_FIO_JOBS_H
#define FSDUEL_RUNNERS_FIO_JOBS_H

/*
 * Kill every fio that works in the directory dir (absolute, no symbolic links)
 * or below it, and wait up to two seconds until they are gone. Nobody else's:
 * dir is one that fsduel has made; a person's shell that stands there stays.
 */
void fio_jobs_end(const char *dir);

#endif

// Loaded into every child of the launcher: when the launcher is killed, the child does not live on alone.
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();

/** Labels by which we find again what we made. */
export const labels = {
  /** On a service and on the text that it was made of: the unit whose text it is. */
  unit: 'interlock.unit',
  /** On a service: the unit as it was started. */
  started: 'interlock.started',
  /** On containers: `8080:80/tcp`, ports of every machine and of the container; a worker cannot ask for them. */
  ports: 'interlock.ports',
} as const;
